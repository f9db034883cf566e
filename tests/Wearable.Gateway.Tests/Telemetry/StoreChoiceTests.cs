using Wearable.Gateway.Telemetry;

namespace Wearable.Gateway.Tests.Telemetry;

public sealed class StoreChoiceTests
{
    [Theory]
    [InlineData("postgres://bob@db.lan:5433/house", "postgres:Host=db.lan;Port=5433;Username=bob;Database=house")]
    [InlineData("postgres://db", "postgres:Host=db;Username=wearable;Database=wearable")]
    [InlineData("postgresql://bob@db/house?sslmode=verify-full", "postgres:Host=db;Username=bob;Database=house;SSL Mode=VerifyFull")]
    [InlineData("postgres:Host=/run/postgresql;Username=bob", "postgres:Host=/run/postgresql;Username=bob;Database=wearable")]
    public void A_server_is_written_as_an_address_or_in_the_clients_words(string written, string read) =>
        Assert.Equal(read, StoreChoice.Parse(written, _ => null, out _)!.ToString());

    [Theory]
    [InlineData("mysql://db")]
    [InlineData("postgres:")]
    [InlineData("postgres:Hots=db")]
    [InlineData("postgres://db:no-port/house")]
    [InlineData("postgres:Host=db;Port=many;Password=hush")]
    public void What_is_no_store_is_refused_without_repeating_a_password(string written)
    {
        Assert.Null(StoreChoice.Parse(written, _ => null, out string problem));
        Assert.StartsWith("--store: ", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://bob:hush@db/house")]
    [InlineData("postgres:Host=db;Password=hush")]
    public void A_password_on_the_command_line_is_refused_with_the_cure(string written)
    {
        Assert.Null(StoreChoice.Parse(written, _ => null, out string problem));
        Assert.Contains("WEARABLE_STORE_PASSWORD", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_comes_from_the_environment_and_is_never_shown()
    {
        StoreChoice apart = StoreChoice.Parse("postgres://db", name => name == StoreChoice.PasswordVariable ? "hush" : null, out _)!;
        StoreChoice whole = StoreChoice.Parse(null, name => name == StoreChoice.Variable ? "postgres://wearable:hush@db/wearable" : null, out _)!;
        foreach (StoreChoice choice in new[] { apart, whole })
        {
            Assert.Contains("Password=hush", choice.Place, StringComparison.Ordinal);
            Assert.DoesNotContain("hush", choice.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("hush", new GatewayOptions { Store = choice }.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_said_is_the_file_of_the_data_folder() => Assert.Equal(StoreChoice.Sqlite, StoreChoice.Parse(null, _ => null, out _));
}
