using System.Security.Cryptography;
using Wearable.Gateway.Devices;

namespace Wearable.Gateway.Talk;

/// <summary>
/// Who may be a wearable from a browser: at most <see cref="Most"/> at once, each with an id and a broker password of its own that live as long as it
/// does. A page asks for a place (behind the page's guard and login, as an admin) and opens its connection with the ticket it got; the ticket opens once
/// and within <see cref="TicketLife"/>. Safe for many threads.
/// </summary>
public sealed class BrowserPlaces(DeviceAccounts accounts, TimeProvider time)
{
    /// <summary>Most browser wearables at once. Each costs about a fiftieth of a core and 5 MB; and a house with more of them open has forgotten one.</summary>
    public const int Most = 4;

    /// <summary>Time from asking for a place to opening its connection.</summary>
    public static readonly TimeSpan TicketLife = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<Place> _places = [];

    /// <summary>A place: who the wearable is, and what opens its connection once.</summary>
    /// <param name="Id">Its device id.</param>
    /// <param name="Password">Its password at the broker.</param>
    /// <param name="Ticket">Opens its connection.</param>
    /// <param name="Until">When the ticket ends.</param>
    public sealed record Place(string Id, string Password, string Ticket, DateTimeOffset Until)
    {
        internal bool IsOpen { get; set; }
    }

    /// <summary>Browser wearables that are connected now.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _places.Count(place => place.IsOpen);
            }
        }
    }

    /// <summary>Takes a place; null when all are taken.</summary>
    public Place? Reserve()
    {
        lock (_gate)
        {
            _places.RemoveAll(place => !place.IsOpen && place.Until <= time.GetUtcNow());
            if (_places.Count == Most)
            {
                return null;
            }

            // A real wearable that its owner gave such a name keeps it.
            string id = Enumerable.Range(1, 1000).Select(i => $"browser-{i}").First(id => _places.All(place => place.Id != id) && !accounts.IsAdded(id));
            Place place = new(id, Secret(), Secret(), time.GetUtcNow() + TicketLife);
            _places.Add(place);
            return place;
        }
    }

    /// <summary>Whether a ticket would open a connection now.</summary>
    public bool IsTicket(string? ticket)
    {
        lock (_gate)
        {
            return Find(ticket) is not null;
        }
    }

    /// <summary>Uses a ticket; null when it is none, or used, or too old.</summary>
    public Place? Enter(string? ticket)
    {
        lock (_gate)
        {
            Place? place = Find(ticket);
            if (place is not null)
            {
                place.IsOpen = true;
            }

            return place;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(Place place)
    {
        lock (_gate)
        {
            _places.Remove(place);
        }
    }

    /// <summary>Whether this is the wearable of a browser, for the broker.</summary>
    public bool Admits(string clientId, string? user, string? password)
    {
        lock (_gate)
        {
            return user == clientId && _places.Any(place => place.IsOpen && place.Id == clientId && Same(place.Password, password));
        }
    }

    private Place? Find(string? ticket) => _places.FirstOrDefault(place => !place.IsOpen && place.Until > time.GetUtcNow() && Same(place.Ticket, ticket));

    // In the same time whatever is right of it.
    private static bool Same(string secret, string? shown) =>
        shown is not null && CryptographicOperations.FixedTimeEquals(System.Text.Encoding.UTF8.GetBytes(secret), System.Text.Encoding.UTF8.GetBytes(shown));

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
