namespace Wearable.Gateway.Identity;

/// <summary>What a person or tool may do at page, API and broker.</summary>
public enum UserRole
{
    /// <summary>Look only.</summary>
    Reader,

    /// <summary>Look, and send commands and settings to wearables.</summary>
    Admin,
}
