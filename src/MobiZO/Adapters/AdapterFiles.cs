using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Adapters;

/// <summary>
/// Adapters on disk, in whatever format. Folders of the peft library and GGUF files of llama.cpp are read and written, files of ONNX
/// Runtime are written.
/// </summary>
public static class AdapterFiles
{
    private static readonly IAdapterFormat[] s_formats = [new PeftAdapterFormat(), new GgufAdapterFormat(), new OnnxAdapterFormat()];

    /// <summary>Reads a LoRA adapter that says by itself which modules of the model it acts on: a folder of the peft library.</summary>
    /// <param name="path">The folder or file.</param>
    /// <exception cref="CheckpointException">
    /// There is no adapter of a known format, a file is damaged, or the adapter uses something not supported; the message names the key or
    /// tensor.
    /// </exception>
    public static LoraAdapter Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return FormatOf(path).Read(path, null);
    }

    /// <summary>
    /// Reads a LoRA adapter for a model, and compares the model with the one that the adapter was made on, where it tells.
    /// </summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="model">The model.</param>
    /// <param name="ignoreBaseMismatch">Whether a model with other files than the adapter tells is taken.</param>
    /// <param name="cacheFolder">Where hashes of large files are kept; null: <see cref="CacheRoot.Default"/>.</param>
    /// <exception cref="CheckpointException">As of <see cref="Load(string)"/>, or the adapter was made on another model.</exception>
    public static LoraAdapter Load(string path, Checkpoint model, bool ignoreBaseMismatch = false, string? cacheFolder = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(model);
        var adapter = FormatOf(path).Read(path, model.Description);
        if (adapter.Base is { } made && !ignoreBaseMismatch)
        {
            made.Require(BaseIdentity.Of(model, cacheFolder), path, model.Path);
        }

        return adapter;
    }

    /// <summary>Writes a LoRA adapter as a folder of the peft library; existing files are replaced, each whole or not at all.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="path">The folder; created when it is missing.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="ArgumentException">The adapter has no module, or a module of another rank.</exception>
    public static void Save(LoraAdapter adapter, string path) => Save(adapter, path, AdapterFormat.Peft, null);

    /// <summary>Writes a LoRA adapter; existing files are replaced, each whole or not at all.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="path">The folder (PEFT) or file; a missing folder is created.</param>
    /// <param name="format">The format.</param>
    /// <param name="model">The model that it acts on; only <see cref="AdapterFormat.Peft"/> does without.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="ArgumentException">The adapter has no module, or a module of another rank.</exception>
    /// <exception cref="CheckpointException">The format has no place for what the adapter does, or the model is not given.</exception>
    public static void Save(LoraAdapter adapter, string path, AdapterFormat format, Checkpoint? model)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (adapter.Modules.Count == 0 || adapter.Modules.Any(module => module.Rank != adapter.Rank))
        {
            throw new ArgumentException($"an adapter of rank {adapter.Rank} needs at least one module, all of that rank");
        }

        Array.Find(s_formats, known => known.Format == format)!.Write(adapter, path, model?.Description);
    }

    private static IAdapterFormat FormatOf(string path) =>
        ProbeMark.IsOn(path)
            ? throw new CheckpointException(
                $"'{path}' is a probe and no adapter: it labels texts and changes nothing of the model, so that it can be "
                    + "evaluated and classify, and nothing can be generated, exported, merged or trained on with it."
            )
            : Array.Find(s_formats, format => format.CanRead(path))
                ?? throw new CheckpointException(
                    $"'{path}' holds no adapter: expected "
                        + string.Join(
                            " or ",
                            s_formats.Where(known => known.Format != AdapterFormat.OnnxAdapter).Select(known => known.Description)
                        )
                );
}
