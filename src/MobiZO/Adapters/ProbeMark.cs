using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Adapters;

/// <summary>How a probe's file is told from an adapter: by its metadata, whatever it is called.</summary>
internal static class ProbeMark
{
    public const string Key = "format";
    public const string Format = "mobizo-probe";

    /// <summary>Whether a path is the file of a probe.</summary>
    public static bool IsOn(string path)
    {
        if (!File.Exists(path) || !path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            using var file = SafetensorsFile.Open(path);
            return file.Metadata.GetValueOrDefault(Key) == Format;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }
}
