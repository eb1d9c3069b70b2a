using System.Text.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.WeightFiles;

/// <summary>What a weight file was made from, where its parts lie, and what its bytes are.</summary>
/// <param name="Content">Changes with every byte of the checkpoint's files.</param>
/// <param name="Starts">First byte of every part, by its name.</param>
/// <param name="Blocks">Hash of each block, in order.</param>
internal sealed record WeightIndex(string Content, SortedDictionary<string, long> Starts, string[] Blocks)
{
    /// <summary>The index of a file that was just written.</summary>
    public static WeightIndex Of(WeightLayout layout, string content, MappedFile file) =>
        new(content, new SortedDictionary<string, long>(layout.Starts.ToDictionary(), StringComparer.Ordinal), BlockHashes.Of(file));

    /// <summary>Reads an index; null when it is damaged.</summary>
    public static WeightIndex? Read(string path)
    {
        try
        {
            var index = JsonSerializer.Deserialize<WeightIndex>(File.ReadAllBytes(path));
            return index is { Content: not null, Starts: not null, Blocks: not null } ? index : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the parts lie where a layout wants them.</summary>
    public bool Fits(WeightLayout layout) =>
        Starts.Count == layout.Starts.Count
        && layout.Starts.All(part => Starts.TryGetValue(part.Key, out var start) && start == part.Value);

    /// <summary>Says that a file with this stamp has these blocks.</summary>
    public string StampOf(MappedFile file) => $"{file.Stamp} {BlockHashes.OfText(string.Concat(Blocks))}";

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this);
}
