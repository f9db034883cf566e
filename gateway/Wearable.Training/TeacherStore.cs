using System.Security.Cryptography;
using System.Text;

namespace Wearable.Training;

/// <summary>
/// Teachers in floats, kept in a folder as they are made: a run that was interrupted, or another student of the same teachers, does not train them again.
/// A file says what it was made from; one that was made from anything else is refused, never used.
/// </summary>
public sealed class TeacherStore
{
    private readonly string _folder, _madeFrom;

    /// <summary>Opens or makes the folder.</summary>
    /// <param name="folder">Where the files lie, one a teacher.</param>
    /// <param name="bank">All segments the teachers may be trained on.</param>
    /// <param name="settings">What else decides how a teacher comes out, in words: seed, plan, background.</param>
    public TeacherStore(string folder, IEnumerable<Segment> bank, string settings)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Segment s in bank)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{s.Group},{s.Parts},{s.WordFrom},{s.WordTo},{s.Word},{s.Known};"));
            hash.AppendData((byte[])(Array)s.Rows);
        }

        _madeFrom = $"{Convert.ToHexString(hash.GetCurrentHash())} {settings}";
    }

    /// <summary>The kept teacher, or the one that is made now and kept.</summary>
    /// <param name="name">Of the file, without its end.</param>
    /// <param name="make">Trains it.</param>
    /// <exception cref="InvalidDataException">The file there was made from something else.</exception>
    public FloatNet Get(string name, Func<FloatNet> make)
    {
        string path = Path.Combine(_folder, name + ".net");
        if (File.Exists(path))
        {
            using BinaryReader reader = new(File.OpenRead(path));
            string madeFrom = reader.ReadString();
            return madeFrom == _madeFrom ? FloatNet.Read(reader) : throw new InvalidDataException($"{path}: made from \"{madeFrom}\", wanted \"{_madeFrom}\"; use another folder or delete this one");
        }

        FloatNet net = make();
        string part = path + ".part";
        using (BinaryWriter writer = new(File.Create(part)))
        {
            writer.Write(_madeFrom);
            net.Write(writer);
        }

        File.Move(part, path, true);
        return net;
    }
}
