namespace Wearable.Gateway.Safety;

/// <summary>Who a wearable talks with. Younger bands have all the rules of older ones.</summary>
public enum AgeBand
{
    /// <summary>Younger than eight; the default, for a toy says nothing about who holds it.</summary>
    Under8,

    /// <summary>Eight to twelve.</summary>
    From8To12,

    /// <summary>Thirteen to seventeen.</summary>
    Teen,

    /// <summary>Eighteen and older.</summary>
    Adult,
}

/// <summary>The names of the bands in files.</summary>
public static class AgeBands
{
    private static readonly string[] Names = ["under-8", "8-12", "teen", "adult"];

    /// <summary>All names, youngest first, for messages.</summary>
    public static string All { get; } = string.Join(", ", Names);

    /// <summary>The name of a band.</summary>
    public static string NameOf(AgeBand band) => Names[(int)band];

    /// <summary>False when the name is none of <see cref="All"/>.</summary>
    public static bool TryParse(string name, out AgeBand band)
    {
        int index = Array.IndexOf(Names, name);
        band = index < 0 ? AgeBand.Under8 : (AgeBand)index;
        return index >= 0;
    }
}
