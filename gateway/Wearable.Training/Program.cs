using Wearable.Firmware.Voice;
using Wearable.Training;

Options options = new(args);
string word = options.Text("word", "computer");
int seed = options.Number("seed", 1), steps = options.Number("steps", 8000);
switch (args.Length > 0 ? args[0] : "")
{
    case "prepare":
    {
        List<Segment> made = new Preparer(options.Text("data"), word, seed).Prepare(options.Number("copies", 24));
        FeatureBank.Write(options.Text("bank"), made);
        Console.WriteLine($"{made.Count} segments, {made.Count(s => s.HasWord)} with the word, {made.Sum(s => (long)s.Count) / 180000.0:0.0} h");
        return 0;
    }

    case "crossvalidate":
    {
        List<Segment> bank = FeatureBank.Read(options.Text("bank"));
        Progress progress = new();
        WakeModel?[] models = new WakeModel?[Folds.Count];
        int[] folds = [.. options.Text("folds", "0,1,2,3,4").Split(',').Select(int.Parse)];
        Parallel.ForEach(folds, new ParallelOptions { MaxDegreeOfParallelism = options.Number("threads", 2) }, fold =>
            models[fold] = Quantiser.Quantise(new Trainer(bank, fold, seed).Train(steps, progress, $"fold {fold}"), word, 50, $"fold-{fold}"));
        CrossValidation.Report(models, options.Text("data"), word);
        return 0;
    }

    case "train":
    {
        List<Segment> bank = FeatureBank.Read(options.Text("bank"));
        FloatNet net = new Trainer(bank, -1, seed).Train(steps, new Progress(), "train");
        WakeModel model = Quantiser.Quantise(net, word.Replace('-', ' '), options.Number("threshold", 50), options.Text("version"));
        File.WriteAllText(options.Text("out"), ModelExporter.Source(model, options.Text("class"), string.Join(' ', args.Where(a => !a.Contains('/')))));
        return 0;
    }

    case "hear":
    {
        // What the shipped model makes of single files: highest score, and when.
        foreach (string file in args[1..])
        {
            DeviceHearing hearing = DeviceScorer.Hear(WakeModelComputer.Create(), DeviceScorer.Padded(WavFile.Read(file), 1));
            ScoreAt best = hearing.Scores.OrderByDescending(s => s.Score).FirstOrDefault();
            Console.WriteLine($"{best.Score,3} at {best.Ms} ms  {Path.GetFileName(file)}");
        }

        return 0;
    }

    default:
        Console.Error.WriteLine("prepare --data FOLDER --bank FILE [--word computer] [--seed 1] [--copies 24]");
        Console.Error.WriteLine("crossvalidate --data FOLDER --bank FILE [--steps 8000] [--threads 2] [--folds 0,1,2,3,4]");
        Console.Error.WriteLine("train --bank FILE --out FILE.cs --class WakeModelComputer --version 1 [--threshold 50] [--steps 8000]");
        Console.Error.WriteLine("hear FILE.wav ...");
        return 2;
}
