using Wearable.Firmware.Voice;

namespace Wearable.Training;

/// <summary>What <see cref="Trainer.Distil"/> made.</summary>
/// <param name="Net">The device's network.</param>
/// <param name="Teachers">Those it learned from, for the gateway.</param>
public sealed record Distilled(FloatNet Net, IReadOnlyList<FloatNet> Teachers)
{
    /// <summary>Name of the file with a teacher of the model in another file: <c>x.model</c>, <c>x-teacher-1.model</c>.</summary>
    /// <param name="model">That file.</param>
    /// <param name="teacher">From 1.</param>
    public static string TeacherFile(string model, int teacher) => Path.ChangeExtension(model, null) + $"-teacher-{teacher}.model";

    /// <summary>Writes the teachers, quantised as the device's network is.</summary>
    /// <param name="model">Name of the file with the device's network.</param>
    /// <param name="words">Words of the heads.</param>
    /// <param name="version">Of the device's network.</param>
    public void WriteTeachers(string model, string[] words, string version)
    {
        for (int i = 1; i <= Teachers.Count; i++)
        {
            WakeModel teacher = Quantiser.Quantise(Teachers[i - 1], words, new int[words.Length], $"{version}-teacher-{i}");
            File.WriteAllBytes(TeacherFile(model, i), ModelFile.Write(teacher));
        }
    }
}
