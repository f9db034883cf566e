using Wearable.Contract;
using Wearable.Firmware.Board;
using Wearable.Firmware.Link;

namespace Wearable.Firmware
{
    /// <summary>Keeps the settings across restarts and answers the gateway's wishes with what is in force.</summary>
    public sealed class SettingsStore
    {
        private const string FileName = "settings.json";

        private readonly Settings _settings;
        private readonly IStorage _storage;
        private readonly WireReader _reader = new WireReader();
        private readonly WireWriter _writer = new WireWriter();
        private readonly ConfigMessage _config = new ConfigMessage();
        private string _refused = "";

        /// <summary>Makes a store and loads what was kept. A damaged file is removed: the defaults are better than no device.</summary>
        public SettingsStore(Settings settings, IStorage storage)
        {
            _settings = settings;
            _storage = storage;
            byte[] kept = storage.Read(FileName);
            if (kept != null)
            {
                try
                {
                    Apply(kept, kept.Length);
                }
                catch (WireException)
                {
                    storage.Delete(FileName);
                }
            }
        }

        /// <summary>Takes a wish: known settings in range are set and kept, the others are named in the report.</summary>
        /// <exception cref="WireException">The payload is not a configuration.</exception>
        public void Take(byte[] payload, int length)
        {
            Apply(payload, length);
            Fill("");
            _config.Write(_writer);
            _storage.Write(FileName, _writer.ToArray());
        }

        /// <summary>Publishes what is in force.</summary>
        public void Report(EventPublisher publisher, string topic)
        {
            Fill(_refused);
            publisher.Publish(topic, _config);
        }

        /// <summary>Removes what was kept; defaults hold from the next boot.</summary>
        public void Forget()
        {
            _storage.Delete(FileName);
        }

        private void Apply(byte[] payload, int length)
        {
            _reader.Load("cfg/desired", payload, length);
            _config.Read(_reader);
            _refused = "";
            for (int i = 0; i < _config.Count; i++)
            {
                if (!_settings.TrySet(_config.Names[i], _config.Values[i]) && _refused.Length + _config.Names[i].Length < 200)
                {
                    _refused = _refused + (_refused.Length == 0 ? "" : ",") + _config.Names[i];
                }
            }

            _settings.Version = _config.Version;
        }

        private void Fill(string refused)
        {
            _config.Version = _settings.Version;
            _config.Count = 0;
            for (int i = 0; i < _settings.Count; i++)
            {
                _config.Add(Settings.Names[i], _settings.Get(i));
            }

            _config.Refused = refused;
        }
    }
}
