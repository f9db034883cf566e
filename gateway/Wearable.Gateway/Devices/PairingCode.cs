using QRCoder;

namespace Wearable.Gateway.Devices;

/// <summary>
/// What a wearable needs to know of its gateway as a QR code for a camera: the very text of <c>wearable.json</c>, password and the authority's
/// SHA-256 included. Whoever photographs the terminal has it too, so it is drawn only when asked for.
/// </summary>
public static class PairingCode
{
    /// <summary>Draws it with half blocks, two modules to a line, light on a dark terminal.</summary>
    /// <param name="wearableJson">At most about 2,000 characters.</param>
    public static string Draw(string wearableJson)
    {
        using QRCodeData code = QRCodeGenerator.GenerateQrCode(wearableJson, QRCodeGenerator.ECCLevel.L);
        using AsciiQRCode drawing = new(code);
        return drawing.GetGraphicSmall();
    }
}
