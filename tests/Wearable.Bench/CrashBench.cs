using System.Globalization;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Wearable.Gateway.Telemetry.Sqlite;

namespace Wearable.Bench;

/// <summary>
/// <c>crash [KILLS [SEED]]</c>: four wearables publish numbered events with QoS 1 while the gateway is killed without warning at random
/// moments and started again on the same data. They repeat what was not acknowledged. Afterwards every acknowledged number must be in the
/// database, once, and the database whole.
/// </summary>
internal static class CrashBench
{
    private const int Wearables = 4;

    public static async Task<int> RunAsync(string[] args)
    {
        int kills = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
        Random random = new(args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1);
        string data = Directory.CreateTempSubdirectory("wearable-crash-").FullName;
        try
        {
            StubbornPublisher[] publishers = [.. Enumerable.Range(1, Wearables).Select(i => new StubbornPublisher($"bench-{i}"))];
            for (int kill = 1; kill <= kills; kill++)
            {
                using GatewayProcess gateway = await GatewayProcess.StartAsync(data, 256);
                Task[] work = [.. publishers.Select(p => p.RunAsync(gateway.Port))];
                await Task.Delay(random.Next(20, 600));
                gateway.Kill();
                await Task.WhenAll(work);
                if (kill % 20 == 0)
                {
                    Console.WriteLine($"{kill} kills, {publishers.Sum(p => p.Acknowledged)} events acknowledged");
                }
            }

            return Judge(data, publishers, kills);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static int Judge(string data, StubbornPublisher[] publishers, int kills)
    {
        using SqliteConnection connection = new($"Data Source={Path.Combine(data, SqliteStore.FileName)}");
        connection.Open();
        string whole = (string)Ask(connection, "PRAGMA integrity_check");
        long lost = 0;
        foreach (StubbornPublisher publisher in publishers)
        {
            // Numbers are acknowledged in order: all of 1..Acknowledged must be there.
            long kept = (long)Ask(connection, $"SELECT COUNT(DISTINCT json_extract(payload, '$.n')) FROM events WHERE device = '{publisher.Id}' AND kind = 'evt/fault' AND json_extract(payload, '$.n') < {StubbornPublisher.FirstNumber + publisher.Acknowledged}");
            lost += publisher.Acknowledged - kept;
        }

        long duplicated = (long)Ask(connection, "SELECT COUNT(*) - COUNT(DISTINCT device || json_extract(payload, '$.n')) FROM events WHERE kind = 'evt/fault'");
        long acknowledged = publishers.Sum(p => p.Acknowledged);
        Console.WriteLine($"{kills} kills, {acknowledged} events acknowledged, {lost} of them lost, {duplicated} stored twice, {publishers.Sum(p => p.Repeated)} repeated by the wearables; integrity check: {whole}");
        Console.WriteLine($"{{\"kills\":{kills},\"acknowledged\":{acknowledged},\"lost\":{lost},\"duplicated\":{duplicated},\"intact\":{(whole == "ok" ? "true" : "false")}}}");
        return lost == 0 && duplicated == 0 && whole == "ok" ? 0 : 1;
    }

    private static object Ask(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }

    /// <summary>A wearable that keeps what was not acknowledged and says it again on the next connection.</summary>
    private sealed class StubbornPublisher(string id)
    {
        public const int FirstNumber = 1_000_001;
        private const int Window = 64;
        private readonly RawMessage _message = new(id);
        private long _sent;

        public string Id => id;

        public long Acknowledged { get; private set; }

        public long Repeated { get; private set; }

        /// <summary>Publishes until the connection breaks.</summary>
        public async Task RunAsync(int port)
        {
            try
            {
                using Socket socket = await RawMqtt.ConnectAsync(port, id, 0);
                Repeated += _sent - Acknowledged;
                _sent = Acknowledged;
                byte[] answers = new byte[4 * Window];
                byte[] packet = new byte[_message.Length];
                int held = 0;
                while (true)
                {
                    while (_sent - Acknowledged < Window)
                    {
                        _message.Fill(packet, _sent);
                        await socket.SendAsync(packet);
                        _sent++;
                    }

                    int got = await socket.ReceiveAsync(answers.AsMemory(held));
                    if (got == 0)
                    {
                        return;
                    }

                    held += got;
                    Acknowledged += held / 4;
                    int rest = held % 4;
                    answers.AsSpan(held - rest, rest).CopyTo(answers);
                    held = rest;
                }
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // killed
            }
        }
    }
}
