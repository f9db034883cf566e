using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Wearable.Gateway.Models;

/// <summary>Downloads one file: goes on where an earlier try ended, and moves it into place only when size and hash are right.</summary>
internal sealed class FileDownload(HttpClient http, Action<string> progress, TimeProvider time)
{
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(2);

    /// <summary>Fetches a file unless it is there.</summary>
    /// <returns>Its SHA-256; null when the source has no such file.</returns>
    /// <exception cref="ModelException">Not reachable, other bytes than announced, or a full disk.</exception>
    public async Task<string?> FetchAsync(HubFile file, string path, CancellationToken cancellation)
    {
        if (File.Exists(path) && (file.Bytes < 0 || new FileInfo(path).Length == file.Bytes))
        {
            string there = await HashAsync(path, cancellation).ConfigureAwait(false);
            if (file.Sha256.Length == 0 || there == file.Sha256)
            {
                return there;
            }
        }

        string partial = path + ".part";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!await CopyAsync(file, partial, cancellation).ConfigureAwait(false))
            {
                return null;
            }

            string sha256 = await HashAsync(partial, cancellation).ConfigureAwait(false);
            if (file.Sha256.Length > 0 && sha256 != file.Sha256)
            {
                File.Delete(partial); // going on from wrong bytes would never end
                throw new ModelException($"{file.Address}: sha256 {file.Sha256[..12]}... expected, got {sha256[..12]}...; pull again.");
            }

            File.Move(partial, path, overwrite: true);
            return sha256;
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new ModelException($"{file.Address}: the download broke off ({e.Message}); pull again, it goes on where it ended.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be written ({e.Message}); free space or allow writing there, then pull again, it goes on where it ended.", e);
        }
    }

    private async Task<bool> CopyAsync(HubFile file, string partial, CancellationToken cancellation)
    {
        long have = File.Exists(partial) ? new FileInfo(partial).Length : 0;
        if (file.Bytes >= 0 && have == file.Bytes)
        {
            return true; // complete, but ended before its check
        }

        using HttpRequestMessage request = new(HttpMethod.Get, file.Address);
        if (have > 0 && (file.Bytes < 0 || have < file.Bytes))
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return false;
        }

        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && file.Bytes < 0)
        {
            return true; // nothing is left to send
        }

        response.EnsureSuccessStatusCode();
        bool goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        long done = goesOn ? have : 0, total = file.Bytes >= 0 ? file.Bytes : done + (response.Content.Headers.ContentLength ?? 0);
        await using FileStream target = new(partial, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        await using Stream source = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] block = new byte[1 << 20];
        long told = time.GetTimestamp();
        while (await source.ReadAsync(block, cancellation).ConfigureAwait(false) is int read and > 0)
        {
            await target.WriteAsync(block.AsMemory(0, read), cancellation).ConfigureAwait(false);
            done += read;
            if (file.Bytes >= 0 && done > file.Bytes)
            {
                target.SetLength(0);
                throw new ModelException($"{file.Address}: {file.Bytes} bytes expected, got more; pull again.");
            }

            if (time.GetElapsedTime(told) >= ProgressPeriod)
            {
                progress($"  {file.Path}: {done / 1_000_000} of {Math.Max(total, done) / 1_000_000} MB");
                told = time.GetTimestamp();
            }
        }

        return file.Bytes < 0 || done == file.Bytes
            ? true
            : throw new ModelException($"{file.Address}: {file.Bytes} bytes expected, got {done}; pull again, it goes on where it ended.");
    }

    public static async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        await using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation).ConfigureAwait(false));
    }
}
