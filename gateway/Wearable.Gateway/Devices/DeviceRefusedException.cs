namespace Wearable.Gateway.Devices;

/// <summary>A wearable cannot be added or removed and the owner can cure it. The message is one sentence with the cure.</summary>
public sealed class DeviceRefusedException(string message) : Exception(message);
