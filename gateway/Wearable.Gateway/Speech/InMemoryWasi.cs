using System.Text;
using Wasmtime;

namespace Wearable.Gateway.Speech;

/// <summary>The little of WASI preview 1 that a command needs to read its arguments and write one file, all in memory: what
/// the device says never touches the disk, and the module sees no clock, no files and no environment of this machine.</summary>
internal sealed class InMemoryWasi(string[] arguments)
{
    private const string Module = "wasi_snapshot_preview1";
    private const int Ok = 0, BadDescriptor = 8, Invalid = 28, TooBig = 22;
    private const int StandardOutput = 1, StandardError = 2, Root = 3, FirstFile = 4;
    private const int MaxFiles = 16, MaxFileBytes = 64 << 20, MaxComplaintBytes = 4096;

    private readonly byte[][] _arguments = [.. arguments.Select(text => Encoding.UTF8.GetBytes(text + "\0"))];
    private readonly List<MemoryStream> _files = [];
    private readonly MemoryStream _complaint = new();

    /// <summary>What the command returned; null while it has not ended itself.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The first file the command wrote; empty when it wrote none.</summary>
    public byte[] Output => _files.Count == 0 ? [] : _files[0].ToArray();

    /// <summary>What the command printed, up to 4 KB.</summary>
    public string Complaint => Encoding.UTF8.GetString(_complaint.ToArray()).Trim();

    /// <summary>Gives the module its imports. One linker per run.</summary>
    public void Define(Linker linker)
    {
        linker.DefineFunction(Module, "args_sizes_get", (Caller caller, int count, int bytes) =>
        {
            Memory memory = caller.GetMemory("memory")!;
            memory.WriteInt32(count, _arguments.Length);
            memory.WriteInt32(bytes, _arguments.Sum(argument => argument.Length));
            return Ok;
        });
        linker.DefineFunction(Module, "args_get", (Caller caller, int pointers, int bytes) =>
        {
            Memory memory = caller.GetMemory("memory")!;
            foreach (byte[] argument in _arguments)
            {
                memory.WriteInt32(pointers, bytes);
                argument.CopyTo(memory.GetSpan(bytes, argument.Length));
                (pointers, bytes) = (pointers + 4, bytes + argument.Length);
            }

            return Ok;
        });
        linker.DefineFunction(Module, "clock_time_get", (Caller caller, int _, long _, int time) =>
        {
            caller.GetMemory("memory")!.WriteInt64(time, 0); // The same words give the same sound at any time.
            return Ok;
        });
        linker.DefineFunction(Module, "fd_prestat_get", (Caller caller, int descriptor, int result) =>
        {
            if (descriptor != Root)
            {
                return BadDescriptor;
            }

            caller.GetMemory("memory")!.WriteInt32(result, 0); // a directory
            caller.GetMemory("memory")!.WriteInt32(result + 4, 1);
            return Ok;
        });
        linker.DefineFunction(Module, "fd_prestat_dir_name", (Caller caller, int descriptor, int path, int length) =>
        {
            if (descriptor != Root || length < 1)
            {
                return Invalid;
            }

            caller.GetMemory("memory")!.WriteByte(path, (byte)'/');
            return Ok;
        });
        linker.DefineFunction(Module, "fd_fdstat_get", (Caller caller, int descriptor, int result) =>
        {
            Span<byte> status = caller.GetMemory("memory")!.GetSpan(result, 24);
            status.Clear();
            status[0] = descriptor switch { Root => 3, < Root => 2, _ => 4 }; // directory, terminal, file
            status[8..].Fill(0xFF); // every right
            return Ok;
        });
        linker.DefineFunction(Module, "fd_fdstat_set_flags", (Caller _, int _, int _) => Ok);
        linker.DefineFunction(Module, "path_open",
            (Caller caller, int _, int _, int _, int _, int _, long _, long _, int _, int descriptor) =>
            {
                if (_files.Count == MaxFiles)
                {
                    return TooBig;
                }

                _files.Add(new MemoryStream());
                caller.GetMemory("memory")!.WriteInt32(descriptor, FirstFile + _files.Count - 1);
                return Ok;
            });
        linker.DefineFunction(Module, "fd_read", (Caller caller, int _, int _, int _, int read) =>
        {
            caller.GetMemory("memory")!.WriteInt32(read, 0); // nothing to read anywhere
            return Ok;
        });
        linker.DefineFunction(Module, "fd_write", (Caller caller, int descriptor, int pieces, int count, int written) =>
            Write(caller.GetMemory("memory")!, descriptor, pieces, count, written));
        linker.DefineFunction(Module, "fd_seek", (Caller caller, int descriptor, long offset, int whence, int position) =>
        {
            if (File(descriptor) is not { } file)
            {
                return BadDescriptor;
            }

            long target = offset + whence switch { 0 => 0, 1 => file.Position, _ => file.Length };
            if (target is < 0 or > MaxFileBytes)
            {
                return Invalid;
            }

            file.Position = target;
            caller.GetMemory("memory")!.WriteInt64(position, target);
            return Ok;
        });
        linker.DefineFunction(Module, "fd_close", (Caller _, int _) => Ok);
        linker.DefineFunction(Module, "proc_exit", (Caller _, int code) =>
        {
            ExitCode = code;
            throw new CommandEndedException(); // The only way to leave: WASI says this call never returns.
        });
    }

    private int Write(Memory memory, int descriptor, int pieces, int count, int written)
    {
        MemoryStream? to = descriptor is StandardOutput or StandardError ? _complaint : File(descriptor);
        if (to is null)
        {
            return BadDescriptor;
        }

        int total = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> piece = memory.GetSpan(memory.ReadInt32(pieces + 8 * i), memory.ReadInt32(pieces + 8 * i + 4));
            total += piece.Length;
            if (to.Position + piece.Length > MaxFileBytes)
            {
                return TooBig;
            }

            if (to != _complaint || to.Length < MaxComplaintBytes)
            {
                to.Write(piece);
            }
        }

        memory.WriteInt32(written, total);
        return Ok;
    }

    private MemoryStream? File(int descriptor) =>
        descriptor >= FirstFile && descriptor - FirstFile < _files.Count ? _files[descriptor - FirstFile] : null;

    /// <summary>Unwinds the module after proc_exit.</summary>
    internal sealed class CommandEndedException() : Exception("the command ended");
}
