using Microsoft.Extensions.Time.Testing;
using Wearable.Gateway.Talk;
using Wearable.Meter;

namespace Wearable.Gateway.Tests.Talk;

/// <summary>Holding and letting go, as presses of the wearable's one button.</summary>
public sealed class TalkButtonTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeWearable _wearable = new();
    private readonly TalkButton _button;

    public TalkButtonTests() => _button = new TalkButton(_wearable, _time);

    [Fact]
    public void Down_is_one_press_and_up_another_after_the_last_sound()
    {
        _button.Hold();
        Step("idle", "idle");
        Assert.Equal(1, _wearable.Taps);
        Step("streaming", "streaming");
        _wearable.HeardAll = false;
        _button.LetGo();
        Step("streaming", "streaming");
        Assert.Equal(1, _wearable.Taps);
        _wearable.HeardAll = true;
        Step("streaming", "thinking", "speaking", "idle");
        Assert.Equal(2, _wearable.Taps);
    }

    [Fact]
    public void While_it_speaks_the_first_press_ends_that_and_the_second_begins()
    {
        _button.Hold();
        Step("speaking", "speaking");
        Assert.Equal(1, _wearable.Taps);
        Step("idle", "idle");
        Assert.Equal(2, _wearable.Taps);
        Step("streaming", "streaming");
        Assert.Equal(2, _wearable.Taps);
    }

    [Theory]
    [InlineData("thinking")]
    [InlineData("speaking")]
    [InlineData("idle")]
    public void Up_presses_nothing_when_the_end_was_heard_already(string mode)
    {
        _button.Hold();
        Step("idle", "streaming", mode);
        _button.LetGo();
        Step(mode, mode);
        _time.Advance(TalkButton.HearsRestWithin * 2);
        Step(mode, mode, "streaming", "streaming");
        Assert.Equal(1, _wearable.Taps);
    }

    [Fact]
    public void A_press_that_did_nothing_is_repeated_and_a_muted_wearable_is_not_pressed()
    {
        _button.Hold();
        Step("muted", "muted");
        Assert.Equal(0, _wearable.Taps);
        Step("idle");
        _time.Advance(TalkButton.PressWorksWithin * 2);
        Step("idle");
        Assert.Equal(2, _wearable.Taps);
    }

    [Fact]
    public void Let_go_at_once_it_streams_no_longer_than_that()
    {
        _button.Hold();
        Step("idle");
        _button.LetGo();
        Step("idle", "streaming");
        Assert.Equal(2, _wearable.Taps);
    }

    [Fact]
    public void Muting_holds_the_button_until_it_shows()
    {
        _button.Mute();
        Step("idle", "idle");
        Assert.True(_wearable.Down);
        Step("muted");
        Assert.False(_wearable.Down);
    }

    [Fact]
    public void Between_two_long_presses_the_button_is_seen_up()
    {
        _button.Mute();
        Step("idle", "muted");
        _button.Mute();
        Step("muted");
        Assert.False(_wearable.Down);
        _time.Advance(LongPress.UpBetween);
        Step("muted");
        Assert.True(_wearable.Down);
        Step("idle");
        Assert.False(_wearable.Down);
    }

    [Fact]
    public void A_long_press_that_did_nothing_is_let_go_and_pressed_anew()
    {
        _button.Mute();
        _time.Advance(LongPress.WorksWithin);
        Step("idle");
        Assert.False(_wearable.Down);
        _time.Advance(LongPress.UpBetween);
        Step("idle");
        Assert.True(_wearable.Down);
    }

    private void Step(params string[] modes)
    {
        foreach (string mode in modes)
        {
            _wearable.Mode = mode;
            _button.Step(mode);
        }
    }

    private sealed class FakeWearable : ILiveWearable
    {
        public string Mode { get; set; } = "idle";

        public int Taps { get; private set; }

        public bool Down { get; private set; }

        public bool HeardAll { get; set; } = true;

        public string Id => "fake";

        public LiveReading Reading => new() { Mode = Mode };

        public Task Completion => Task.CompletedTask;

        public void Start()
        {
        }

        public void Hear(ReadOnlySpan<short> samples)
        {
        }

        public void HearNoMore()
        {
        }

        public void Tap() => Taps++;

        public void Press(bool down) => Down = down;

        public bool TryTakeSound(out short[] samples)
        {
            samples = [];
            return false;
        }

        public void Played(long samples)
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
