using System.Runtime.InteropServices;
using Wearable.Gateway.Models;

namespace Wearable.Gateway.Doctor;

/// <summary>The machine and set-up that are looked at.</summary>
public sealed record Patient(GatewayOptions Options)
{
    /// <summary>Where the speech models are.</summary>
    public ModelStoreOptions Models { get; init; } = new() { OfflineFolder = Options.ModelsFolder };

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where serial ports are.</summary>
    public string DevicesFolder { get; init; } = "/dev";

    /// <summary>Whether this user may read and write a file of the system.</summary>
    public Func<string, bool> MayUse { get; init; } = path => OperatingSystem.IsWindows() || Access(path, ReadAndWrite) == 0;

    /// <summary>Bytes free where a folder is.</summary>
    public Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    private const int ReadAndWrite = 6; // R_OK | W_OK

    // Opening a serial port would start the board anew.
    [DllImport("libc", EntryPoint = "access")]
    private static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
