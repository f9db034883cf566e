using System.CommandLine;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Identity;

/// <summary>The verb <c>user</c>: people and tools that may sign in at page, API and broker.</summary>
public static class UserCommand
{
    /// <summary>Makes the verb.</summary>
    /// <param name="optionsOf">The gateway's options of a parsed command line.</param>
    public static Command Make(Func<ParseResult, GatewayOptions> optionsOf)
    {
        Argument<string> name = new("name") { Description = "1 to 32 of a-z, 0-9 and -." };
        Option<bool> admin = new("--admin") { Description = "May also send commands and settings to wearables." };
        Command add = new("add", "Adds a user who may look, or gives one a new password. The password is shown once.") { name, admin };
        add.SetAction(parsed => Run(parsed, output =>
        {
            UserRole role = parsed.GetValue(admin) ? UserRole.Admin : UserRole.Reader;
            string password = new UserAccounts(optionsOf(parsed)).Add(parsed.GetRequiredValue(name), role);
            output.WriteLine($"{parsed.GetRequiredValue(name)} ({Word(role)}), password, shown this once: {password}");
        }));
        Command list = new("list", "Shows the users.");
        list.SetAction(parsed => Run(parsed, output =>
        {
            foreach ((string user, UserRole role) in new UserAccounts(optionsOf(parsed)).All())
            {
                output.WriteLine($"{user,-32}  {Word(role)}");
            }
        }));
        Command remove = new("remove", "Ends a user's password.") { name };
        remove.SetAction(parsed => Run(parsed, output =>
        {
            new UserAccounts(optionsOf(parsed)).Remove(parsed.GetRequiredValue(name));
            output.WriteLine($"{parsed.GetRequiredValue(name)} removed.");
        }));
        return new Command("user", "Adds, lists and removes people and tools that may sign in.") { add, list, remove };
    }

    private static string Word(UserRole role) => role is UserRole.Admin ? "admin" : "reader";

    private static int Run(ParseResult parsed, Action<TextWriter> action)
    {
        try
        {
            action(parsed.InvocationConfiguration.Output);
            return 0;
        }
        catch (DeviceRefusedException e)
        {
            parsed.InvocationConfiguration.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
