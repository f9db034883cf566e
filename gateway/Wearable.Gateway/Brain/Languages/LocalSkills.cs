using Wearable.Contract;
using Wearable.Gateway.Safety;
using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Brain.Languages;

/// <summary>The skills of a language whose texts are data: time, date, heart rate, timers, volume, memory and fixed answers.</summary>
public static class LocalSkills
{
    /// <summary>Makes them, in the order they are asked.</summary>
    public static IReadOnlyList<ISkill> Of(SkillTexts texts, TimerService timers, FactMemory memory, SafetySettings safety)
    {
        SpokenForms forms = new(texts);
        return
        [
            new LocalMemory(texts.Memory, forms, memory, safety),
            new LocalTimer(texts.Timer, forms, timers),
            new LocalVolume(texts.Volume, forms),
            new LocalHeart(texts.Heart, forms),
            new LocalClock(texts.Clock, forms),
            .. texts.Talk.Select(t => new LocalTalk(t)),
        ];
    }

    private abstract class Local(string name, params IReadOnlyList<string>[] asks) : Skill
    {
        private readonly string[] _asks = [.. asks.SelectMany(a => a).Select(SpokenForms.Bare)];

        public override string Name => name;

        public override bool Knows(Question question, SkillSession session) => Asks(question, _asks);

        protected static bool Asks(Question question, IEnumerable<string> patterns)
        {
            string bare = SpokenForms.Bare(question.Text);
            return patterns.Any(p => bare.Contains(SpokenForms.Bare(p), StringComparison.Ordinal));
        }
    }

    private sealed class LocalTalk(TalkTexts texts) : Local(texts.Name, texts.Asks)
    {
        protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) => Say([.. texts.Says]);
    }

    private sealed class LocalClock(ClockTexts texts, SpokenForms forms) : Local("clock", texts.AsksTime, texts.AsksDate)
    {
        protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
        {
            DateTimeOffset now = context.LocalNow;
            if (Asks(context.Question, texts.AsksDate))
            {
                return Say(texts.Date.Replace("{month}", texts.Months[now.Month - 1]).Replace("{day}", forms.Number(now.Day)).Replace("{weekday}", texts.Weekdays[(int)now.DayOfWeek]));
            }

            int hour = texts.Parts.Count == 0 || now.Hour <= 12 ? now.Hour : now.Hour - 12;
            string part = texts.Parts.Where(p => p.Key <= now.Hour).OrderBy(p => p.Key).LastOrDefault().Value ?? "";
            string minute = now.Minute < 10 ? forms.Number(0) + forms.Number(now.Minute) : forms.Number(now.Minute);
            return Say((now.Minute == 0 ? texts.FullHour : texts.Time).Replace("{part}", part).Replace("{hour}", forms.Count(hour)).Replace("{minute}", minute));
        }
    }

    private sealed class LocalHeart(HeartTexts texts, SpokenForms forms) : Local("heart", texts.Asks)
    {
        protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation) => context.Hearts.Latest(context.DeviceId) switch
        {
            null => Say(texts.Nothing),
            { RateBpm: double rate } => Say(texts.Rate.Replace("{n}", forms.Number((int)Math.Round(rate))), texts.Disclaimer),
            { State: string state } => Say(texts.States.GetValueOrDefault(state, texts.Lost)),
        };
    }

    private sealed class LocalTimer(TimerTexts texts, SpokenForms forms, TimerService timers) : Local("timer", texts.Asks)
    {
        protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
        {
            Question question = context.Question;
            if (Asks(question, texts.AsksCancel))
            {
                return Say(timers.Cancel(context.DeviceId) == 0 ? texts.None : texts.Cancelled);
            }

            if (Asks(question, texts.AsksLeft))
            {
                IReadOnlyList<TimeSpan> left = timers.Left(context.DeviceId);
                return Say(left.Count == 0 ? texts.None : texts.Left.Replace("{length}", forms.Length(left[0])));
            }

            TimeSpan length = forms.LengthIn(SpokenForms.Bare(question.Text));
            return length <= TimeSpan.Zero ? Say(texts.HowLong)
                : length > TimerService.Longest ? Say(texts.TooLong)
                : Say(timers.TryStart(context.DeviceId, length) ? texts.Started.Replace("{length}", forms.Length(length)) : texts.TooMany);
        }
    }

    private sealed class LocalVolume(VolumeTexts texts, SpokenForms forms) : Local("volume", texts.Asks)
    {
        private const int Step = 15;

        protected override async ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
        {
            // "一点" is "a little", not the number one: a wish for louder or softer counts before a number.
            int wanted = context.Session.VolumePercent;
            wanted = Asks(context.Question, texts.AsksDown) ? wanted - Step
                : Asks(context.Question, texts.AsksUp) ? wanted + Step
                : forms.NumberIn(SpokenForms.Bare(context.Question.Text).Replace("百分之", "")) is int number ? (number <= 10 ? number * 10 : number)
                : wanted;
            wanted = Math.Clamp(wanted, 10, 100);
            await context.Sender.SendCommandAsync(context.DeviceId, CommandNames.Volume, new CommandMessage { HasValue = true, Value = wanted }, cancellation).ConfigureAwait(false);
            context.Session.VolumePercent = wanted;
            return [texts.Said.Replace("{n}", forms.Number(wanted))];
        }
    }

    private sealed class LocalMemory(MemoryTexts texts, SpokenForms forms, FactMemory memory, SafetySettings safety) : Local("memory", texts.Asks, texts.AsksForget, texts.AsksRecall)
    {
        private const int Told = 5;

        protected override ValueTask<IReadOnlyList<string>> MakeAsync(SkillContext context, CancellationToken cancellation)
        {
            if (Asks(context.Question, texts.AsksForget))
            {
                int count = memory.Forget(context.DeviceId);
                return Say(count == 0 ? texts.Nothing : texts.Forgotten.Replace("{n}", forms.Count(count)));
            }

            if (Asks(context.Question, texts.AsksRecall))
            {
                IReadOnlyList<string> facts = memory.Of(context.DeviceId);
                return facts.Count == 0 ? Say(texts.Nothing) : Say([.. facts.TakeLast(Told).Select(f => texts.Recalled.Replace("{fact}", f))]);
            }

            string asked = texts.Asks.OrderByDescending(a => a.Length).First(a => context.Question.Text.Contains(a, StringComparison.OrdinalIgnoreCase) || SpokenForms.Bare(context.Question.Text).Contains(SpokenForms.Bare(a)));
            int at = context.Question.Text.IndexOf(asked, StringComparison.OrdinalIgnoreCase);
            string fact = at < 0 ? "" : context.Question.Text[(at + asked.Length)..].Trim(' ', ',', '，', '。', '.', '！', '!', ':', '：');
            if (fact.Length == 0)
            {
                return Say(texts.Nothing);
            }

            if (!safety.Of(context.DeviceId).Remembers)
            {
                return Say(texts.NotForChildren);
            }

            memory.Add(context.DeviceId, fact);
            return Say(texts.Kept.Replace("{fact}", fact));
        }
    }
}
