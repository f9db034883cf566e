using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Wearable.Gateway.Mqtt;

/// <summary>
/// Ends a connection that announces a packet no wearable sends. An MQTT packet may be 256 MB long and MQTTnet 5.2 collects it whole
/// before anyone can look at it; the contract's longest payload is 1,928 bytes.
/// </summary>
public static class PacketLimit
{
    /// <summary>
    /// Most bytes one connection may have waiting. Above Kestrel's own read-ahead of 1 MB, which fills with small packets whenever the
    /// gateway slows a publisher; only a packet that stays incomplete grows beyond that.
    /// </summary>
    public const int MaxWaitingBytes = 2 * 1024 * 1024;

    /// <summary>Puts the limit before the broker.</summary>
    public static void UsePacketLimit(this IConnectionBuilder endpoint) => endpoint.Use(next => connection =>
    {
        connection.Transport = new LimitedPipe(connection);
        return next(connection);
    });

    private sealed class LimitedPipe(ConnectionContext connection) : IDuplexPipe
    {
        public PipeReader Input { get; } = new LimitedReader(connection.Transport.Input, connection);

        public PipeWriter Output { get; } = connection.Transport.Output;
    }

    private sealed class LimitedReader(PipeReader reader, ConnectionContext connection) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => reader.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => reader.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override void Complete(Exception? exception = null) => reader.Complete(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            Checked(await reader.ReadAsync(cancellationToken).ConfigureAwait(false));

        public override bool TryRead(out ReadResult result)
        {
            bool read = reader.TryRead(out result);
            if (read)
            {
                Checked(result);
            }

            return read;
        }

        private ReadResult Checked(ReadResult result)
        {
            if (result.Buffer.Length > MaxWaitingBytes)
            {
                ConnectionAbortedException reason = new($"a packet of at most {MaxWaitingBytes} bytes expected, got a longer one");
                connection.Abort(reason);
                throw reason;
            }

            return result;
        }
    }
}
