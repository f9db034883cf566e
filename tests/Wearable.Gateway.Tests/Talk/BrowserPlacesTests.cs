using Microsoft.Extensions.Time.Testing;
using Wearable.Gateway.Devices;
using Wearable.Gateway.Talk;
using Wearable.Gateway.Tests.Support;

namespace Wearable.Gateway.Tests.Talk;

public sealed class BrowserPlacesTests : IDisposable
{
    private readonly GatewayOptions _options = new() { DataFolder = TestGateway.NewFolder() };
    private readonly FakeTimeProvider _time = new();
    private readonly DeviceAccounts _accounts;
    private readonly BrowserPlaces _places;

    public BrowserPlacesTests()
    {
        _accounts = new DeviceAccounts(_options, _time);
        _places = new BrowserPlaces(_accounts, _time);
    }

    [Fact]
    public void A_ticket_ends_after_30_s_and_its_place_is_free_again()
    {
        BrowserPlaces.Place[] all = [.. Enumerable.Range(0, BrowserPlaces.Most).Select(_ => _places.Reserve()!)];
        Assert.Null(_places.Reserve());
        _time.Advance(BrowserPlaces.TicketLife);
        Assert.False(_places.IsTicket(all[0].Ticket));
        Assert.Null(_places.Enter(all[0].Ticket));
        Assert.Equal("browser-1", _places.Reserve()!.Id);
    }

    [Fact]
    public void A_place_that_is_open_stays_its_owners_until_he_leaves()
    {
        BrowserPlaces.Place place = _places.Enter(_places.Reserve()!.Ticket)!;
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("browser-2", _places.Reserve()!.Id);
        _places.Leave(place);
        Assert.Equal("browser-1", _places.Reserve()!.Id);
    }

    [Fact]
    public void The_broker_admits_an_open_place_with_its_own_password_only()
    {
        BrowserPlaces.Place place = _places.Reserve()!, other = _places.Enter(_places.Reserve()!.Ticket)!;
        Assert.False(_places.Admits(place.Id, place.Id, place.Password));
        _places.Enter(place.Ticket);
        Assert.True(_places.Admits(place.Id, place.Id, place.Password));
        Assert.False(_places.Admits(place.Id, place.Id, other.Password));
        Assert.False(_places.Admits(place.Id, null, null));
        Assert.False(_places.Admits("bear", place.Id, place.Password));
        _places.Leave(place);
        Assert.False(_places.Admits(place.Id, place.Id, place.Password));
    }

    [Fact]
    public void A_wearable_that_its_owner_called_browser_1_keeps_its_name()
    {
        _accounts.Add("browser-1", "the bear", "secret", replace: false);
        Assert.Equal("browser-2", _places.Reserve()!.Id);
    }

    public void Dispose()
    {
        if (Directory.Exists(_options.DataFolder))
        {
            Directory.Delete(_options.DataFolder, recursive: true);
        }
    }
}
