using System.Text.Unicode;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Json;

/// <summary>The one rule for the bytes of JSON files: UTF-8, with or without a byte order mark.</summary>
internal static class JsonBytes
{
    /// <summary>The text without the mark.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> bytes) =>
        bytes.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;

    /// <summary>The text of a file without the mark.</summary>
    /// <exception cref="CheckpointException">A git-lfs pointer or a web page lies in its place, or it is not UTF-8.</exception>
    public static ReadOnlyMemory<byte> Read(string path, ReadOnlyMemory<byte> bytes)
    {
        ForeignFile.Refuse(path, bytes.Span);
        return Utf8.IsValid(bytes.Span)
            ? WithoutMark(bytes)
            : throw new CheckpointException($"{path}: expected JSON, found bytes that are not UTF-8. Write the file again as UTF-8.");
    }
}
