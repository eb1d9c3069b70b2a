using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Merging;

/// <summary>
/// Writes a checkpoint with an adapter of scope all added to its matrices: it needs no adapter any more, and any engine of the base model
/// runs it. A folder becomes a folder of the same shards, names and types; a GGUF file becomes a GGUF file with its metadata.
/// </summary>
public static class AdapterMerge
{
    /// <summary>Checks, before any work, that nothing is lost by writing.</summary>
    /// <param name="output">The folder or file.</param>
    /// <param name="inputs">Folders and files that are read.</param>
    /// <exception cref="FineTuneException">The output is an input, or there is something already.</exception>
    public static void Check(string output, params IReadOnlyList<string> inputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.FirstOrDefault(input => OutputPlace.IsSame(output, input)) is { } same)
        {
            throw new FineTuneException(
                $"'{output}' is '{same}', which is read. Choose another place to write to.",
                FineTuneFailure.Output
            );
        }

        if (inputs.FirstOrDefault(input => Directory.Exists(input) && OutputPlace.IsWithin(output, input)) is { } outer)
        {
            throw new FineTuneException(
                $"'{output}' lies in '{outer}', which is read. Choose another place to write to.",
                FineTuneFailure.Output
            );
        }

        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
        {
            throw new FineTuneException(
                $"'{output}' exists{(File.Exists(output) ? "" : " and is not empty")}. Choose another place to write to, or move it away.",
                FineTuneFailure.Output
            );
        }
    }

    /// <summary>Writes the merged checkpoint: whole, or not at all.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="output">A new or empty folder, or for a GGUF model a new file.</param>
    /// <param name="type">How the changed matrices of a GGUF file are written; a folder keeps its types.</param>
    /// <exception cref="FineTuneException">
    /// The adapter is activated, or does not fit the model; or as of <see cref="Check"/>.
    /// </exception>
    /// <exception cref="CheckpointException">A file is damaged.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public static MergeResult Write(Checkpoint model, LoraAdapter adapter, string output, MergedType type = MergedType.Auto)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(adapter);
        Check(output, model.Path);
        RequireType(model, type);
        RequireMergeable(model, adapter);
        return model.Format == CheckpointFormat.Gguf
            ? MergedGguf.Write(model, adapter, output, type)
            : MergedFolder.Write(model, adapter, output);
    }

    /// <summary>Refuses an adapter that does not act on every token, or does not fit.</summary>
    /// <exception cref="FineTuneException">It is activated, or as of <see cref="RequireFit"/>.</exception>
    internal static void RequireMergeable(Checkpoint model, LoraAdapter adapter)
    {
        if (adapter.Scope == AdapterScope.Activated)
        {
            throw new FineTuneException(
                "The adapter is activated: it acts only from its invocation tokens on, so it cannot be merged into weights that act on every "
                    + "token. Convert it to PEFT or GGUF for an engine that has activated adapters (docs/engines.md), or train with "
                    + "AdapterOptions.Scope All.",
                FineTuneFailure.Input
            );
        }

        RequireFit(model, adapter);
    }

    /// <summary>Refuses a type where the model has types of its own.</summary>
    /// <exception cref="FineTuneException">The model is a folder, and a type is asked for.</exception>
    public static void RequireType(Checkpoint model, MergedType type)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Format != CheckpointFormat.Gguf && type != MergedType.Auto)
        {
            throw new FineTuneException(
                $"'{model.Path}' is a folder, which keeps the types of its tensors: the type {type} is for GGUF files alone. Leave it out, or "
                    + "name an output that ends in .gguf.",
                FineTuneFailure.Settings
            );
        }
    }

    /// <summary>Refuses an adapter with a module that the model does not have, or that has other sizes there.</summary>
    /// <exception cref="FineTuneException">It does not fit; the message names the module.</exception>
    public static void RequireFit(Checkpoint model, LoraAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(adapter);
        var linears = model
            .Description.Layers.SelectMany(layer => layer.Linears)
            .ToDictionary(linear => linear.Module, StringComparer.Ordinal);
        foreach (var module in adapter.Modules)
        {
            var linear = linears.GetValueOrDefault(module.Name);
            if (linear is null || linear.InputSize != module.InputSize || linear.OutputSize != module.OutputSize)
            {
                throw new FineTuneException(
                    $"The adapter's module '{module.Name}' [{module.OutputSize}, {module.InputSize}] does not fit the model: "
                        + (linear is null ? "it has no such linear layer" : $"its matrix is [{linear.OutputSize}, {linear.InputSize}]")
                        + ". Use the base model it was trained on.",
                    FineTuneFailure.Input
                );
            }
        }
    }
}
