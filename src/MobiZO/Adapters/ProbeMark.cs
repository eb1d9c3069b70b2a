using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Adapters;

/// <summary>How a probe's file is told from an adapter: by its metadata, whatever it is called.</summary>
internal static class ProbeMark
{
    public const string Key = "format";
    public const string Format = "mobizo-probe";

    /// <summary>The name of a probe's file in the folder of its run.</summary>
    public const string FileName = "probe.safetensors";

    /// <summary>The file of a probe: a path, or the one in a folder.</summary>
    public static string FileAt(string path) => Directory.Exists(path) ? Path.Combine(path, FileName) : path;

    /// <summary>Whether a path is the file of a probe, or the folder of its run.</summary>
    public static bool IsOn(string path)
    {
        path = FileAt(path);
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
