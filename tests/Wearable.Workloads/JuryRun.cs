using Wearable.Firmware.Voice;

namespace Wearable.Workloads;

/// <summary>The jury alone, asked once a second as far back as it can look, a part of it a pass.</summary>
internal static class JuryRun
{
    private const int Seconds = 10, Rows = 200;

    public static long[] Run()
    {
        WakeJury jury = WakeModelStore.ShippedJury(WakeModelShipped.Create().Words.Length);
        Random random = new(7);
        int[] row = new int[WakeFeatures.Bands];
        for (int i = 0; i < Rows; i++)
        {
            for (int b = 0; b < row.Length; b++)
            {
                row[b] = random.Next(WakeFeatures.Smallest, WakeFeatures.Largest + 1);
            }

            jury.Keep(row);
        }

        Tally tally = new(WakeJury.Parts * jury.Count);
        for (int i = 0; i < Seconds; i++)
        {
            for (int juror = 0; juror < jury.Count; juror++)
            {
                for (int part = 0; part < WakeJury.Parts; part++)
                {
                    tally.Count(() => jury.Look(juror, WakeJury.MostBack));
                }
            }
        }

        return tally.Result();
    }
}
