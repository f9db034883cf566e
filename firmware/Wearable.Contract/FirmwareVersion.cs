namespace Wearable.Contract
{
    /// <summary>Version of the firmware built from this source; a test keeps it equal to the version in Directory.Build.props.</summary>
    public static class FirmwareVersion
    {
        /// <summary>Semantic version.</summary>
        public const string Text = "0.1.0";
    }
}
