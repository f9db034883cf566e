using System.Globalization;

namespace Wearable.Gateway.Doctor;

/// <summary>Names the program that listens on a port, where the system tells: Linux, for programs of the same user.</summary>
internal static class PortOwner
{
    // proc(5): state of a listening socket in /proc/net/tcp.
    private const string Listening = "0A";

    /// <summary>Its name and process, or that it is another program.</summary>
    public static string Of(int port)
    {
        try
        {
            return OperatingSystem.IsLinux() && Inode(port) is string inode && Holder(inode) is string holder ? holder : "another program";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another program";
        }
    }

    private static string? Inode(int port)
    {
        string suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            foreach (string line in File.Exists(table) ? File.ReadLines(table) : [])
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] == Listening)
                {
                    return fields[9];
                }
            }
        }

        return null;
    }

    private static string? Holder(string inode)
    {
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                if (Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(handle => new FileInfo(handle).LinkTarget == $"socket:[{inode}]"))
                {
                    return $"{File.ReadAllText(Path.Combine(process, "comm")).Trim()} (process {Path.GetFileName(process)})";
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or gone meanwhile.
            }
        }

        return null;
    }
}
