using MobiZO.Checkpoints;

namespace MobiZO.Adapters;

/// <summary>
/// Adapters on disk, in whatever format. Folders of the peft library are read and written: <c>adapter_config.json</c> and
/// <c>adapter_model.safetensors</c>.
/// </summary>
public static class AdapterFiles
{
    // The first one is written.
    private static readonly IAdapterFormat[] s_formats = [new PeftAdapterFormat()];

    /// <summary>Reads a LoRA adapter.</summary>
    /// <param name="path">The folder or file.</param>
    /// <exception cref="CheckpointException">
    /// There is no adapter of a known format, a file is damaged, or the adapter uses something not supported; the message names the key or
    /// tensor.
    /// </exception>
    public static LoraAdapter Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var format = Array.Find(s_formats, format => format.CanRead(path));
        return format is not null
            ? format.Read(path)
            : throw new CheckpointException(
                $"'{path}' holds no adapter: expected {string.Join(" or ", s_formats.Select(known => known.Description))}"
            );
    }

    /// <summary>Writes a LoRA adapter as a folder of the peft library; existing files are replaced, each whole or not at all.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="path">The folder; created when it is missing.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="ArgumentException">The adapter has no module, or a module of another rank.</exception>
    public static void Save(LoraAdapter adapter, string path)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentException.ThrowIfNullOrEmpty(path);
        s_formats[0].Write(adapter, path);
    }
}
