using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Privacy;

/// <summary>Files of one export, readable by this user only, each with its length and SHA-256.</summary>
internal sealed class ExportFolder
{
    private readonly string _folder;
    private readonly List<PersonExport.Entry> _entries = [];

    public ExportFolder(string folder)
    {
        _folder = folder;
        PrivateFile.MakeFolder(folder);
    }

    /// <summary>What was written so far.</summary>
    public IReadOnlyList<PersonExport.Entry> Entries => _entries;

    /// <summary>Writes a file of given content.</summary>
    public void Write(string name, string what, long? rows, byte[] content)
    {
        using (Stream stream = Create(name))
        {
            stream.Write(content);
        }

        Note(name, what, rows);
    }

    /// <summary>Writes a file as it comes.</summary>
    public async Task WriteAsync(string name, string what, Func<Stream, Task> write)
    {
        await using (Stream stream = Create(name))
        {
            await write(stream).ConfigureAwait(false);
        }

        Note(name, what, null);
    }

    /// <summary>Writes one JSON object a line.</summary>
    public async Task LinesAsync(string name, string what, IAsyncEnumerable<JsonObject> lines)
    {
        long rows = 0;
        await using (StreamWriter writer = new(Create(name)) { NewLine = "\n" })
        {
            await foreach (JsonObject line in lines.ConfigureAwait(false))
            {
                await writer.WriteLineAsync(line.ToJsonString(JsonSerializerOptions.Web)).ConfigureAwait(false);
                rows++;
            }
        }

        Note(name, what, rows);
    }

    /// <summary>Copies a file.</summary>
    public void Copy(string from, string name, string what)
    {
        PrivateFile.MakeFolder(Path.GetDirectoryName(Path.Combine(_folder, name))!);
        using (FileStream source = File.OpenRead(from))
        using (Stream target = Create(name))
        {
            source.CopyTo(target);
        }

        Note(name, what, null);
    }

    private FileStream Create(string name) => PrivateFile.Open(Path.Combine(_folder, name), FileMode.CreateNew);

    private void Note(string name, string what, long? rows)
    {
        using FileStream stream = File.OpenRead(Path.Combine(_folder, name));
        _entries.Add(new PersonExport.Entry(name, what, rows, stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream))));
    }
}
