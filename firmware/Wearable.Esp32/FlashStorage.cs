using System.IO;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>Files on the chip's littlefs drive.</summary>
    internal sealed class FlashStorage : IStorage
    {
        private const string Drive = "I:\\";

        public byte[] Read(string name)
        {
            return File.Exists(Drive + name) ? File.ReadAllBytes(Drive + name) : null;
        }

        public void Write(string name, byte[] content)
        {
            // Written beside and moved, so that a power cut leaves the old file or the new one.
            string next = Drive + name + ".new";
            File.WriteAllBytes(next, content);
            Delete(name);
            File.Move(next, Drive + name);
        }

        public void Delete(string name)
        {
            if (File.Exists(Drive + name))
            {
                File.Delete(Drive + name);
            }
        }
    }
}
