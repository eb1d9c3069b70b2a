using System.Diagnostics;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.Models;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Export;

/// <summary>
/// Writes a folder that ONNX Runtime GenAI opens: the model as one ONNX program with its weights, <c>genai_config.json</c> and the files of
/// the tokenizer. An adapter of scope all acts from the start; any adapter of the same shape can be set in its place.
/// </summary>
public static class GenAiExport
{
    /// <summary>The program.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>What GenAI reads first.</summary>
    public const string ConfigFile = GenAiConfig.FileName;

    /// <summary>The adapter as ONNX Runtime reads it.</summary>
    public const string AdapterFile = "adapter.onnx_adapter";

    /// <summary>Checks, before any work, that nothing is lost by writing.</summary>
    /// <param name="output">The folder: new, empty, or written by this before.</param>
    /// <param name="inputs">Folders and files that are read.</param>
    /// <exception cref="FineTuneException">It is read from, or holds other files.</exception>
    public static void Check(string output, params IReadOnlyList<string> inputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Any(input => OutputPlace.IsSame(output, input)))
        {
            throw new FineTuneException($"'{output}' is read from. Choose another folder to write to.", FineTuneFailure.Output);
        }

        var holdsOthers =
            Directory.Exists(output)
            && Directory.EnumerateFileSystemEntries(output).Any()
            && !File.Exists(Path.Combine(output, ConfigFile));
        if (File.Exists(output) || holdsOthers)
        {
            throw new FineTuneException(
                $"'{output}' exists and was not written by an export before (it has no {ConfigFile}). Choose another folder.",
                FineTuneFailure.Output
            );
        }
    }

    /// <summary>Writes the files.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="adapter">The adapter; null: the base model alone.</param>
    /// <param name="output">The folder: new, empty, or written by this before.</param>
    /// <param name="weights">How the frozen matrices are written.</param>
    /// <param name="warnings">Told what the user should know; may be null.</param>
    /// <exception cref="FineTuneException">The adapter does not fit the model, or as of <see cref="Check"/>.</exception>
    /// <exception cref="CheckpointException">A file of the model is damaged.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static GenAiExportResult Write(
        LocalModel model,
        LoraAdapter? adapter,
        string output,
        WeightFormat weights = WeightFormat.Float32,
        IProgress<string>? warnings = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        Check(output, model.Checkpoint.Path);
        var watch = Stopwatch.StartNew();
        var exporter = (IHostDecoderExporter)EngineCatalog.Find(EngineCatalog.OnnxRuntime)!.Exporter!;
        var ordered = adapter is null ? null : Ordered(model, adapter);
        var layout = ordered is null ? null : AdapterLayouts.Of(model.Assembler, ordered);
        var program = model.Assembler.HostDecoder(layout);
        var values = new Dictionary<string, float[]>(StringComparer.Ordinal);
        if (ordered is not null)
        {
            var a = ordered.Modules.SelectMany(module => module.A).ToArray();

            // An activated adapter is the caller's to set, where its tokens begin: until then it is zero.
            var b = ordered.Scope == AdapterScope.All ? ordered.ToState() : new float[layout!.BCount];
            (values[ProgramNames.AdapterA], values[ProgramNames.AdapterB]) = (a, b);
        }

        Directory.CreateDirectory(output);

        // What GenAI reads first is written last: a folder without it is not taken for a whole one.
        File.Delete(Path.Combine(output, ConfigFile));
        var written = new List<string> { ModelFile, ModelFile + ".data" };
        exporter.Write(program, model.Checkpoint, Path.Combine(output, ModelFile), weights, values);
        File.Delete(Path.Combine(output, AdapterFile));
        if (ordered is not null)
        {
            AdapterFiles.Save(ordered, Path.Combine(output, AdapterFile), AdapterFormat.OnnxAdapter, model.Checkpoint);
            written.Add(AdapterFile);
        }

        TokenizerFiles.Write(model, output, written, warnings);
        GenAiTokenizer.Check(model.GgufVocabulary, warnings);
        AtomicFile.Write(Path.Combine(output, ConfigFile), GenAiConfig.Of(model));
        written.Add(ConfigFile);
        return new GenAiExportResult(program, [.. written.Select(name => Path.Combine(output, name))], watch.Elapsed);
    }

    /// <summary>In the order of the model, in which files of adapters have their modules too.</summary>
    private static LoraAdapter Ordered(LocalModel model, LoraAdapter adapter)
    {
        AdapterLayouts.Of(model.Assembler, adapter);
        var own = adapter.Modules.Select(module => module.Name).ToHashSet(StringComparer.Ordinal);
        return adapter.OrderedAs([.. model.Assembler.LinearModules.Select(module => module.Name).Where(own.Contains)]);
    }
}
