using System;
using System.IO;
using Wearable.Contract;

namespace Wearable.Esp32
{
    /// <summary>
    /// Who this device is and where its gateway is: <c>I:\wearable.json</c>, written by nanoff's --filedeployment. Flat JSON:
    /// <c>{"id":"bear-1","host":"192.168.1.10","port":1883,"user":"","password":""}</c>.
    /// </summary>
    internal sealed class DeviceFile
    {
        private const string Path = "I:\\wearable.json";

        public string Id;
        public string Host;
        public int Port;
        public string User;
        public string Password;

        /// <summary>Reads the file.</summary>
        /// <exception cref="InvalidOperationException">There is none.</exception>
        /// <exception cref="WireException">A field is missing or wrong.</exception>
        public static DeviceFile Load()
        {
            if (!File.Exists(Path))
            {
                throw new InvalidOperationException(Path + " is missing: deploy it with hardware/flash.sh");
            }

            byte[] content = File.ReadAllBytes(Path);
            WireReader reader = new WireReader();
            reader.Load("wearable.json", content, content.Length);
            DeviceFile file = new DeviceFile();
            file.Id = reader.Id("id");
            file.Host = reader.Text("host", 128);
            file.Port = reader.Int("port", 1, 65535);
            string user = reader.TextOr("user", 64, "");
            string password = reader.TextOr("password", 128, "");
            file.User = user.Length == 0 ? null : user;
            file.Password = password.Length == 0 ? null : password;
            return file;
        }
    }
}
