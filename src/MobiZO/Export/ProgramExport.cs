using MobiZO.Adapted;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;

namespace MobiZO.Export;

/// <summary>Writes the programs of a model as files that an unmodified runtime loads.</summary>
public static class ProgramExport
{
    private const string DataExtension = ".data";

    /// <summary>Builds a program as a run with these options would use it.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="kind">Which program.</param>
    /// <param name="options">Adapter, loss, queries and place of the update; data files are not touched.</param>
    /// <exception cref="FineTuneException">The options are wrong or match no module.</exception>
    public static Program Build(LocalModel model, ProgramKind kind, FineTuneOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        string[] errors = [.. options.Adapter.Validate(), .. options.Optimizer.Validate()];
        if (errors.Length > 0)
        {
            throw new FineTuneException($"The settings have errors: {string.Join("; ", errors)}", FineTuneFailure.Settings);
        }

        if (options.Optimizer.Estimator != EstimatorKind.Auto && !options.Optimizer.Estimator.IsRandom())
        {
            throw new FineTuneException(
                $"OptimizerOptions.Estimator: programs are written for {EnumNames.Of(EstimatorKind.TwoSided)} and {EnumNames.Of(EstimatorKind.OneSidedNormalized)}, "
                    + $"found {EnumNames.Of(options.Optimizer.Estimator)}.",
                FineTuneFailure.Settings
            );
        }

        var adapter = AdapterLayouts.Of(model, DecidedAdapter.Of(options.Adapter, labels: 0));
        var start = AdapterStart.Of(options.Adapter.ScopeOrDefault, adapter);
        return kind switch
        {
            ProgramKind.Step => model.Assembler.Step(
                new StepOptions
                {
                    Adapter = adapter,
                    Loss = options.Loss == LossKind.Choices ? StepLossKind.Choices : StepLossKind.Tokens,
                    Prompt = start.Prompt,
                    FirstLayer = start.Layer,
                    Update =
                        options.Update == UpdatePlace.Engine
                            ? new EngineUpdate(options.Optimizer.EstimatorInForce, options.Optimizer.QueriesInForce)
                            : null,
                }
            ),
            ProgramKind.Score => model.Assembler.Score(adapter, start.Prompt, start.Layer),
            ProgramKind.Prefix => model.Assembler.Prefix(
                start.Prompt == PrefixKind.Hidden ? start.Prompt : PrefixKind.KeyValues,
                start.Layer
            ),
            ProgramKind.Prefill => model.Assembler.Generate(adapter, PrefixKind.Tokens),
            ProgramKind.Generate => model.Assembler.Generate(adapter, PrefixKind.KeyValues),
            _ => ProgramAssembler.Update(adapter, options.Optimizer.QueriesInForce),
        };
    }

    /// <summary>Checks, before any work, that nothing is lost when a program is written.</summary>
    /// <param name="path">The file of the program.</param>
    /// <param name="model">The folder or file of the model.</param>
    /// <param name="engine">Whose form of programs is written.</param>
    /// <param name="targetRuntime">The oldest release of the engine's runtime that must load the file; null: its default.</param>
    /// <exception cref="FineTuneException">The file is the model, or an existing file that is no such program.</exception>
    /// <exception cref="ProgramException">Programs of that engine have no file, or are not written for that release.</exception>
    public static void Check(string path, string model, string engine = EngineCatalog.Default, string? targetRuntime = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(model);
        _ = ExporterOf(engine).TargetRuntimeOf(targetRuntime);
        if (OutputPlace.IsSame(path, model))
        {
            throw new FineTuneException($"'{path}' is the model itself. Choose another file for the program.", FineTuneFailure.Output);
        }

        if (File.Exists(path) && !ExporterOf(engine).IsProgram(path))
        {
            throw new FineTuneException(
                $"'{path}' exists and is no program that was written before. Choose another file for the program, or move this one away.",
                FineTuneFailure.Output
            );
        }

        if (!File.Exists(path) && File.Exists(path + DataExtension))
        {
            throw new FineTuneException(
                $"'{path + DataExtension}' exists, where the weights of the program would be written. Choose another file for the program, or "
                    + "move this one away.",
                FineTuneFailure.Output
            );
        }
    }

    /// <summary>Writes a program with its weights in a data file beside it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="model">The base model.</param>
    /// <param name="path">The model file.</param>
    /// <param name="weights">How the frozen matrices are written.</param>
    /// <param name="engine">Whose form of programs is written.</param>
    /// <param name="extents">The extents of the program's symbols; an engine with static shapes needs one for each.</param>
    /// <param name="targetRuntime">The oldest release of the engine's runtime that must load the file; null: its default.</param>
    /// <exception cref="ProgramException">As of <see cref="Check"/>, or an extent is not said.</exception>
    /// <exception cref="FineTuneException">As of <see cref="Check"/>.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static void Write(
        Program program,
        LocalModel model,
        string path,
        WeightFormat weights = WeightFormat.Float32,
        string engine = EngineCatalog.Default,
        Extents? extents = null,
        string? targetRuntime = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        Check(path, model.Checkpoint.Path, engine, targetRuntime);
        ExporterOf(engine).Write(program, model.Checkpoint, path, weights, extents, targetRuntime);
    }

    private static IProgramExporter ExporterOf(string engine) =>
        EngineCatalog.Find(engine)?.Exporter
        ?? throw new ProgramException($"Programs can be written for {string.Join(" or ", EngineCatalog.Exporting)}, not for '{engine}'.")
        {
            IsSetting = true,
        };
}
