using System.Device.Wifi;
using System.Net.NetworkInformation;
using System.Threading;
using nanoFramework.Networking;
using Wearable.Firmware.Board;

namespace Wearable.Esp32
{
    /// <summary>Wi-Fi with the credentials that nanoff's --networkdeployment wrote to the chip.</summary>
    internal sealed class WifiRadio : INetwork
    {
        private const int JoinTimeoutMs = 30000;

        private readonly object _gate = new object();
        private bool _joining;

        public bool IsUp
        {
            get
            {
                NetworkInterface[] all = NetworkInterface.GetAllNetworkInterfaces();
                return all.Length > 0 && all[0].IPv4Address.Length > 0 && all[0].IPv4Address != "0.0.0.0";
            }
        }

        public int RssiDbm
        {
            get { return 0; } // only a scan tells, and a scan interrupts the connection
        }

        public void BeginJoin()
        {
            lock (_gate)
            {
                if (_joining || IsUp)
                {
                    return;
                }

                _joining = true;
            }

            new Thread(Join).Start();
        }

        private void Join()
        {
            CancellationTokenSource source = new CancellationTokenSource(JoinTimeoutMs);
            WifiNetworkHelper.Reconnect(true, 0, source.Token);
            lock (_gate)
            {
                _joining = false;
            }
        }
    }
}
