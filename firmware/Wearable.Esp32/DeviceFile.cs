using System;
using System.IO;
using System.Text;
using Wearable.Contract;

namespace Wearable.Esp32
{
    /// <summary>
    /// Who this device is and where its gateway is: <c>I:\wearable.json</c>, written by nanoff's --filedeployment. Flat JSON:
    /// <c>{"id":"bear-1","host":"192.168.1.10","port":1883,"user":"","password":"","tlsPort":8883}</c>. With <c>tlsPort</c> the connection
    /// is TLS to that port and only a server of the authority in <c>I:\ca.pem</c> is believed; without it everything is in the clear.
    /// </summary>
    internal sealed class DeviceFile
    {
        private const string Path = "I:\\wearable.json", AuthorityPath = "I:\\ca.pem";

        public string Id;
        public string Host;
        public int Port;
        public string User;
        public string Password;

        /// <summary>PEM of the gateway's certificate authority; null: no TLS.</summary>
        public string Authority;

        /// <summary>Reads the file.</summary>
        /// <exception cref="InvalidOperationException">There is none, or the authority of its <c>tlsPort</c> is missing: never a way around TLS.</exception>
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
            int tlsPort;
            if (reader.TryInt("tlsPort", 1, 65535, out tlsPort))
            {
                file.Port = tlsPort;
                file.Authority = ReadAuthority();
            }

            return file;
        }

        private static string ReadAuthority()
        {
            if (!File.Exists(AuthorityPath))
            {
                throw new InvalidOperationException(AuthorityPath + " is missing, " + Path + " asks for TLS: deploy both with hardware/flash.sh");
            }

            byte[] pem = File.ReadAllBytes(AuthorityPath);
            return Encoding.UTF8.GetString(pem, 0, pem.Length);
        }
    }
}
