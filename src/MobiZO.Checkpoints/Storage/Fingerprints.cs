using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// A fingerprint of large files that reads little of them: names, lengths, headers, whole config files and 64 samples of 4 KB spread evenly
/// over the data. It misses a change of the data, at unchanged length and header, that touches no sample; files of up to 256 KB of data are
/// covered whole.
/// </summary>
internal static class Fingerprints
{
    private const string Version = "mobizo-checkpoint-1";
    private const int Samples = 64;
    private const int SampleBytes = 4096;

    public static string Of(IEnumerable<(MappedFile File, long HeaderLength)> weights, IEnumerable<string> configFiles)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendText(hash, Version);
        foreach ((MappedFile file, long headerLength) in weights.OrderBy(item => Path.GetFileName(item.File.Path), StringComparer.Ordinal))
        {
            AppendText(hash, Path.GetFileName(file.Path));
            AppendNumber(hash, file.Length);
            using MappedBytes bytes = file.Borrow();
            AppendRange(hash, bytes, 0, headerLength);
            AppendSamples(hash, bytes, headerLength, file.Length - headerLength);
        }

        foreach (string path in configFiles)
        {
            AppendText(hash, Path.GetFileName(path));
            AppendText(hash, ReadText(path));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendSamples(IncrementalHash hash, MappedBytes bytes, long start, long length)
    {
        if (length <= Samples * SampleBytes)
        {
            AppendRange(hash, bytes, start, length);
            return;
        }

        for (int i = 0; i < Samples; i++)
        {
            // The last sample ends with the file. Int128 because length * i may leave 64 bits.
            long offset = (long)((Int128)(length - SampleBytes) * i / (Samples - 1));
            AppendRange(hash, bytes, start + offset, SampleBytes);
        }
    }

    private static void AppendRange(IncrementalHash hash, MappedBytes bytes, long start, long length)
    {
        const int Piece = 1 << 24;
        for (long done = 0; done < length; done += Piece)
        {
            hash.AppendData(bytes.Slice(start + done, (int)Math.Min(Piece, length - done)));
        }
    }

    private static void AppendText(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        AppendNumber(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void AppendNumber(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: the file could not be read: {error.Message}", error);
        }
    }
}
