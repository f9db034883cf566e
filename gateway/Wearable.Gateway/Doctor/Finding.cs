namespace Wearable.Gateway.Doctor;

/// <summary>How a check ended.</summary>
public enum Verdict
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Nothing to check here.</summary>
    Skipped,

    /// <summary>Works, but not for long or not well.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Fault,
}

/// <summary>What one check found.</summary>
/// <param name="Check">What was looked at.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Found">What is there.</param>
/// <param name="Wanted">What should be; empty when it is.</param>
/// <param name="Cure">What to do, one sentence; empty when there is nothing to do.</param>
public sealed record Finding(string Check, Verdict Verdict, string Found, string Wanted = "", string Cure = "")
{
    /// <summary>As it should be.</summary>
    public static Finding Ok(string check, string found) => new(check, Verdict.Ok, found);

    /// <summary>Nothing to check.</summary>
    public static Finding Skipped(string check, string found) => new(check, Verdict.Skipped, found);

    /// <summary>Does not work.</summary>
    public static Finding Fault(string check, string found, string wanted, string cure) => new(check, Verdict.Fault, found, wanted, cure);

    /// <summary>Works, but.</summary>
    public static Finding Warning(string check, string found, string wanted, string cure) => new(check, Verdict.Warning, found, wanted, cure);
}
