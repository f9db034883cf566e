using System.Runtime.CompilerServices;

namespace Wearable.Gateway.Tests.Support;

/// <summary>The secret of all tests, in the temporary folder: a test writes nothing into the home of who runs it. Child processes inherit it.</summary>
internal static class TestSecret
{
    public static string File { get; } = Path.Combine(Path.GetTempPath(), "wearable-test-secret-" + Environment.UserName, "secret");

    [ModuleInitializer]
    internal static void Name() => Environment.SetEnvironmentVariable("WEARABLE_SECRET_FILE", File);
}
