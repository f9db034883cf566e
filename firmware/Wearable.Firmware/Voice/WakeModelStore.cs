using System;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Voice
{
    /// <summary>Keeps a model that came after the firmware (from the gateway, or with the device's files) and gives the one to use.</summary>
    public sealed class WakeModelStore
    {
        /// <summary>Name of the file in the device's storage.</summary>
        public const string FileName = "wake.model";

        private readonly IStorage _storage;

        /// <summary>Makes a store on the device's storage.</summary>
        public WakeModelStore(IStorage storage)
        {
            _storage = storage;
            Problem = "";
        }

        /// <summary>Why the kept model was not used; empty when all is well.</summary>
        public string Problem { get; private set; }

        /// <summary>The kept model, or the shipped one when none is kept. A damaged one is removed and told in <see cref="Problem"/>.</summary>
        public WakeModel Load()
        {
            byte[] kept = _storage.Read(FileName);
            if (kept == null)
            {
                return WakeModelShipped.Create();
            }

            try
            {
                return WakeModelFile.Read(kept, kept.Length);
            }
            catch (ArgumentException e)
            {
                Problem = e.Message;
                _storage.Delete(FileName);
                return WakeModelShipped.Create();
            }
        }

        /// <summary>Keeps a model for the next start; an empty one means the shipped model again. False: it is the one already kept.</summary>
        /// <exception cref="ArgumentException">Not a model; what is kept stays.</exception>
        public bool Take(byte[] file, int length)
        {
            byte[] kept = _storage.Read(FileName);
            if (length == 0)
            {
                _storage.Delete(FileName);
                return kept != null;
            }

            if (kept != null && Same(kept, file, length))
            {
                return false;
            }

            WakeModelFile.Read(file, length);
            byte[] copy = new byte[length];
            Array.Copy(file, 0, copy, 0, length);
            _storage.Write(FileName, copy);
            return true;
        }

        // The head holds the checksum of the rest.
        private static bool Same(byte[] kept, byte[] file, int length)
        {
            if (kept.Length != length || length < WakeModelFile.HeadBytes)
            {
                return false;
            }

            for (int i = 0; i < WakeModelFile.HeadBytes; i++)
            {
                if (kept[i] != file[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
