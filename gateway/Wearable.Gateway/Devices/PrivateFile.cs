namespace Wearable.Gateway.Devices;

/// <summary>Files and folders that only this user may read: made so from the first byte, never made first and locked after.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder, unless it is there.</summary>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
    }

    /// <summary>Opens a file for this process alone.</summary>
    public static FileStream Open(string file, FileMode mode)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = Owner;
        }

        return new FileStream(file, options);
    }

    /// <summary>Refuses a secret that others can read.</summary>
    /// <exception cref="UnauthorizedAccessException">The group or others have rights on the file.</exception>
    public static void RequirePrivate(string file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & ~(Owner | UnixFileMode.UserExecute)) != 0)
        {
            throw new UnauthorizedAccessException($"others have rights on {file}; chmod 600 it if you trust who could read it until now");
        }
    }

    /// <summary>Writes a file as a whole: a power cut leaves the old content or the new.</summary>
    public static void Replace(string file, ReadOnlySpan<byte> content)
    {
        string next = file + ".new";
        File.Delete(next); // one left over from a crash may have other rights
        using (FileStream stream = Open(next, FileMode.CreateNew))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(next, file, overwrite: true);
    }
}
