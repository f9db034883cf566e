namespace Wearable.Gateway.Brain;

/// <summary>Numbers and times as words, so that no voice stumbles over them.</summary>
public static class SpokenNumber
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
        "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>0 to 999 as words; larger ones as digits.</summary>
    public static string Words(int value) => value switch
    {
        < 0 => "minus " + Words(-value),
        < 20 => Small[value],
        < 100 => Tens[value / 10] + (value % 10 == 0 ? "" : " " + Small[value % 10]),
        < 1000 => Small[value / 100] + " hundred" + (value % 100 == 0 ? "" : " and " + Words(value % 100)),
        _ => value.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>A time of day: "seven o'clock in the evening", "twelve oh five in the afternoon".</summary>
    public static string Time(TimeOnly time)
    {
        int hour = time.Hour % 12 == 0 ? 12 : time.Hour % 12;
        string minutes = time.Minute switch { 0 => " o'clock", < 10 => " oh " + Small[time.Minute], _ => " " + Words(time.Minute) };
        string part = time.Hour switch { < 12 => "in the morning", < 18 => "in the afternoon", _ => "in the evening" };
        return Words(hour) + minutes + " " + part;
    }

    /// <summary>A length of time in its two largest units.</summary>
    public static string Duration(TimeSpan time)
    {
        List<string> parts = [];
        Add((int)time.TotalHours, "hour");
        Add(time.Minutes, "minute");
        Add(time.Seconds, "second");
        return parts.Count == 0 ? "no time" : string.Join(" and ", parts.Take(2));

        void Add(int value, string unit)
        {
            if (value > 0)
            {
                parts.Add($"{Words(value)} {unit}{(value == 1 ? "" : "s")}");
            }
        }
    }

    private static readonly string[] Ordinals =
    [
        "", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth",
        "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth",
    ];

    /// <summary>1 to 31 as the day of a month.</summary>
    public static string Ordinal(int day) => day switch
    {
        <= 20 => Ordinals[day],
        30 => "thirtieth",
        < 30 => "twenty " + Ordinals[day - 20],
        _ => "thirty " + Ordinals[day - 30],
    };
}
