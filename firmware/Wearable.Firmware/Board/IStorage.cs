namespace Wearable.Firmware.Board
{
    /// <summary>Small named files that survive a restart (on the chip: littlefs on I:).</summary>
    public interface IStorage
    {
        /// <summary>The whole file, or null when there is none by that name.</summary>
        byte[] Read(string name);

        /// <summary>Replaces the whole file.</summary>
        void Write(string name, byte[] content);

        /// <summary>Removes the file if it exists.</summary>
        void Delete(string name);
    }
}
