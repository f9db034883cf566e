using System;
using Wearable.Firmware.Board;

namespace Wearable.Firmware.Link
{
    /// <summary>
    /// Keeps the connection: radio first, then broker; after a failure it waits 0.5 s, doubled each time up to 5 s, each wait spread by a
    /// quarter either way so that a room full of wearables does not return in one instant. Never blocks.
    /// </summary>
    public sealed class ConnectionKeeper
    {
        /// <summary>First wait after a failure, ms.</summary>
        public const int FirstWaitMs = 500;

        /// <summary>
        /// Longest wait, ms, before the spread: 6.3 s with it, so that a wearable is back within 10 s of its broker. A thousand of them make
        /// 200 tries a second, a fortieth of what the gateway takes in.
        /// </summary>
        public const int LongestWaitMs = 5000;

        private const int SteadyMs = 10000; // a connection that held this long was a good one: the next wait is short again
        private const int JoinCheckMs = 200;

        private readonly INetwork _network;
        private readonly IMessageLink _link;
        private readonly LinkOptions _options;
        private readonly Random _random;
        private int _waitMs = FirstWaitMs;
        private long _tryAtMs;
        private long _upSinceMs;
        private bool _wasUp;
        private bool _connecting;
        private int _connections;

        /// <summary>Makes a keeper.</summary>
        /// <param name="network">The radio.</param>
        /// <param name="link">The broker connection.</param>
        /// <param name="options">What each connection needs.</param>
        /// <param name="seed">Of the spread.</param>
        public ConnectionKeeper(INetwork network, IMessageLink link, LinkOptions options, int seed)
        {
            _network = network;
            _link = link;
            _options = options;
            _random = new Random(seed);
        }

        /// <summary>Connections since boot beyond the first.</summary>
        public int Reconnects
        {
            get { return _connections > 1 ? _connections - 1 : 0; }
        }

        /// <summary>Looks after the connection.</summary>
        /// <param name="nowMs">Uptime.</param>
        /// <returns>True when the connection has just come up: say who you are.</returns>
        public bool Step(long nowMs)
        {
            LinkState state = _link.State;
            if (state == LinkState.Up)
            {
                return OnUp(nowMs);
            }

            if (state == LinkState.Connecting)
            {
                return false;
            }

            if (_wasUp || _connecting)
            {
                OnDown(nowMs);
            }

            if (nowMs < _tryAtMs)
            {
                return false;
            }

            if (!_network.IsUp)
            {
                _network.BeginJoin();
                _tryAtMs = nowMs + JoinCheckMs;
                return false;
            }

            _connecting = true;
            _link.BeginConnect(_options);
            return false;
        }

        private bool OnUp(long nowMs)
        {
            _connecting = false;
            if (_wasUp)
            {
                if (nowMs - _upSinceMs >= SteadyMs)
                {
                    _waitMs = FirstWaitMs;
                }

                return false;
            }

            _wasUp = true;
            _upSinceMs = nowMs;
            _connections++;
            return true;
        }

        private void OnDown(long nowMs)
        {
            _wasUp = false;
            _connecting = false;
            int spread = _waitMs / 4;
            _tryAtMs = nowMs + _waitMs - spread + _random.Next(2 * spread + 1);
            _waitMs = _waitMs * 2 > LongestWaitMs ? LongestWaitMs : _waitMs * 2;
        }
    }
}
