namespace Wearable.Training;

/// <summary>A one-line progress bar; silent steps in between when the output is a file.</summary>
public sealed class Progress
{
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();
    private long _shownMs = -10000;

    /// <summary>Shows how far a part is, at most twice a second (every 10 s in a file).</summary>
    public void Show(string what, int done, int all, string more = "")
    {
        lock (_watch)
        {
            long now = _watch.ElapsedMilliseconds;
            if (now - _shownMs < (Console.IsOutputRedirected ? 10000 : 500) && done != all)
            {
                return;
            }

            _shownMs = now;
            int tenths = all == 0 ? 10 : 10 * done / all;
            string line = $"{what,-22} [{new string('#', tenths)}{new string('.', 10 - tenths)}] {done}/{all} {now / 1000} s {more}";
            Console.Write(Console.IsOutputRedirected ? line + Environment.NewLine : "\r" + line + "   " + (done == all ? Environment.NewLine : ""));
        }
    }
}
