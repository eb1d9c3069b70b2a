using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.Export;

/// <summary>
/// Writes what an app needs to go on with a run on a device, without this library: the programs in one file with the weights, the adapter,
/// the tokenizer, and a description of the programs' inputs.
/// </summary>
public static class AppExport
{
    /// <summary>The file of the programs.</summary>
    public const string ProgramFile = "model.pte";

    /// <summary>The description.</summary>
    public const string DescriptionFile = "program.json";

    /// <summary>A of the adapter as programs want it: fp32, little-endian.</summary>
    public const string StateAFile = "adapter.a.bin";

    /// <summary>B of the adapter as programs want it: fp32, little-endian.</summary>
    public const string StateBFile = "adapter.b.bin";

    /// <summary>Training rows as token ids: the label, the first token with the adapter, then the prompt, a row a line.</summary>
    public const string RowsFile = "rows.txt";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Writes the files.</summary>
    /// <param name="run">The run; its best adapter is taken, or the last one when there is no best.</param>
    /// <param name="output">The folder: new, empty, or written by this before.</param>
    /// <param name="engine">Whose form of programs is written.</param>
    /// <param name="form">How the step updates.</param>
    /// <param name="withRows">Whether the training rows are written too.</param>
    /// <param name="warnings">Told what the user should know; may be null.</param>
    /// <param name="targetRuntime">
    /// The oldest release of the engine's runtime that must load the programs, such as <c>0.6</c>; null: the engine's default.
    /// </param>
    /// <exception cref="FineTuneException">There is no such run, or the folder holds other files.</exception>
    /// <exception cref="Programs.ProgramException">Programs of that engine are not written so, or not for that release.</exception>
    public static AppExportResult Write(
        string run,
        string output,
        string engine,
        AppForm form = AppForm.InOut,
        bool withRows = false,
        IProgress<string>? warnings = null,
        string? targetRuntime = null
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        var watch = Stopwatch.StartNew();
        var bundler =
            EngineCatalog.Find(engine)?.Exporter as IProgramBundler
            ?? throw new Programs.ProgramException($"Programs of the engine '{engine}' are written one by one, not as the files of an app.")
            {
                IsSetting = true,
            };
        var target = bundler.TargetRuntimeOf(targetRuntime);
        var folder = new RunFolder(run);
        var options = ForwardOnly(folder.ReadConfig(), warnings);
        RequireFree(output, folder.Path, options.Model);

        using var model = LocalModel.Open(options.Model, new EngineOptions { Weights = WeightFormat.Float32, Warnings = warnings });
        var (rows, decided) = ForApp(options, model, warnings);
        var adapter = AdapterFiles.Load(folder.KeptAdapter);
        var layout = AdapterLayouts.Of(model.Assembler, adapter);
        using var adapted = new AdaptedModel(model, adapter, rows.HasSingleRows, RunStyle.OneByOne);
        var train = new StepExamples(rows, decided, adapted.Start, model.Engine.Traits).All;
        PromptExample[] all = [.. train, .. rows.Eval.Select(row => adapted.ForScoring(row))];

        var programs = new AppPrograms(model.Assembler, layout, adapter.ToState(), decided, form);
        var buckets = programs.Buckets(all);
        Directory.CreateDirectory(output);

        // What an app reads first is written last: a folder without it is not taken for a whole one.
        File.Delete(Path.Combine(output, DescriptionFile));
        File.Delete(Path.Combine(output, RowsFile));
        var bundled = programs.For(all, buckets);
        var methods = bundler.Write(
            bundled,
            model.Checkpoint,
            Path.Combine(output, ProgramFile),
            WeightsOf(options, warnings),
            targetRuntime
        );
        var written = new List<string> { ProgramFile };
        WriteAdapter(adapter, output, written);
        TokenizerFiles.Write(model, output, written, warnings);
        if (withRows)
        {
            AtomicFile.Write(Path.Combine(output, RowsFile), Encoding.ASCII.GetBytes(string.Concat(train.Select(Line))));
            written.Add(RowsFile);
        }

        var description = Describe(model, decided, adapter, programs.Plan, form, target, buckets, bundled, methods, all[0]);
        AtomicFile.Write(Path.Combine(output, DescriptionFile), stream => JsonSerializer.Serialize(stream, description, s_json));
        written.Add(DescriptionFile);
        return new AppExportResult([.. methods], buckets, [.. written.Select(name => Path.Combine(output, name))], watch.Elapsed);
    }

    /// <summary>
    /// The host of an app lays rows out by simple rules: words of several tokens are rows of their own there, whatever the run did, and no
    /// share of the token loss is taken.
    /// </summary>
    private static (RunRows Rows, DecidedOptions Decided) ForApp(FineTuneOptions options, LocalModel model, IProgress<string>? warnings)
    {
        var rows = RunRows.Read(options, model);
        if (rows.HasOwnChoices)
        {
            throw new FineTuneException(
                "The rows of this run have choices of their own, and an app is written for label words or free answers: train on "
                    + "rows with DataOptions.Choices or DataOptions.LabelWords.",
                FineTuneFailure.Settings
            );
        }

        var decided = DecidedOptions.Of(options, rows);
        if (!decided.Loss.IsTree())
        {
            return (rows, decided);
        }

        warnings?.Report(
            "The run scored its label words by their branches or took a share of the token loss; the app scores each word by the mean over "
                + "its tokens."
        );
        options = options with { TokenShare = 0, Data = options.Data with { Scoring = ChoiceScoring.Mean } };
        rows = RunRows.Read(options, model);
        return (rows, DecidedOptions.Of(options, rows));
    }

    /// <summary>An app trains with forward passes only, whatever trained the run: in place of exact gradients, random directions.</summary>
    private static FineTuneOptions ForwardOnly(FineTuneOptions options, IProgress<string>? warnings)
    {
        if (options.Optimizer.EstimatorInForce.IsRandom())
        {
            return options;
        }

        var usual = new OptimizerOptions { Estimator = EstimatorKind.OneSidedNormalized, Schedule = options.Optimizer.Schedule };
        warnings?.Report(
            $"The run was trained by {EnumNames.Of(options.Optimizer.EstimatorInForce)}; the app goes on with forward passes only: "
                + $"{EnumNames.Of(usual.Estimator)}, {usual.QueriesInForce} queries, with its own defaults."
        );
        return options with { ExamplesPerStep = null, Optimizer = usual };
    }

    /// <summary>
    /// Programs of an app have fp32 or bytes. Every other format is computed by no kernel there, and fp32 is what stored codes stand for.
    /// </summary>
    private static WeightFormat WeightsOf(FineTuneOptions options, IProgress<string>? warnings)
    {
        var weights = options.Engine.Weights;
        if (weights is not (WeightFormat.Float32 or WeightFormat.Int8 or WeightFormat.Auto))
        {
            warnings?.Report(
                $"The run held its weights as {WeightFormats.NameOf(weights)}, and programs of an app have fp32 or int8: they are written as "
                    + (weights == WeightFormat.Stored ? "fp32, which are the same weights in more bytes." : "fp32, which are not rounded.")
            );
        }

        return weights == WeightFormat.Int8 ? WeightFormat.Int8 : WeightFormat.Float32;
    }

    private static void RequireFree(string output, string run, string model)
    {
        if (OutputPlace.IsSame(output, run) || OutputPlace.IsSame(output, model))
        {
            throw new FineTuneException($"'{output}' is read from. Choose another folder for the app's files.", FineTuneFailure.Output);
        }

        if (
            File.Exists(output)
            || (
                Directory.Exists(output)
                && Directory.EnumerateFileSystemEntries(output).Any()
                && !File.Exists(Path.Combine(output, DescriptionFile))
                && !File.Exists(Path.Combine(output, ProgramFile))
            )
        )
        {
            throw new FineTuneException(
                $"'{output}' exists and was not written by an export before (it has no {DescriptionFile} and no {ProgramFile}). Choose another folder for the "
                    + "app's files.",
                FineTuneFailure.Output
            );
        }
    }

    private static void WriteAdapter(LoraAdapter adapter, string output, List<string> written)
    {
        AdapterFiles.Save(adapter, Path.Combine(output, "adapter"));
        written.Add("adapter");
        Write(StateAFile, [.. adapter.Modules.SelectMany(module => module.A)]);
        Write(StateBFile, adapter.ToState());

        void Write(string name, float[] values)
        {
            AtomicFile.Write(Path.Combine(output, name), stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));
            written.Add(name);
        }
    }

    private static string Line(PromptExample example) =>
        string.Join(
            ' ',
            new[] { example.Label, example.SuffixStart }.Concat(example.Prompt).Select(id => id.ToString(CultureInfo.InvariantCulture))
        ) + "\n";

    private static object Describe(
        LocalModel model,
        DecidedOptions options,
        LoraAdapter adapter,
        CopyPlan plan,
        AppForm form,
        string? target,
        IReadOnlyList<int> buckets,
        IReadOnlyList<BundledProgram> programs,
        IReadOnlyList<BundledMethod> methods,
        PromptExample example
    ) =>
        new
        {
            Version = 1,
            Model = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Run.Model)),
            File = ProgramFile,
            TargetRuntime = target,
            Form = EnumNames.Of(form),
            KeptAt = methods.Select(method => method.KeptAt).FirstOrDefault(place => place is not null),
            Loss = EnumNames.Of(options.Loss),
            Scope = EnumNames.Of(adapter.Scope),
            adapter.Rank,
            adapter.Alpha,
            ValuesOfA = adapter.Modules.Sum(module => (long)module.A.Length),
            ValuesOfB = adapter.Modules.Sum(module => (long)module.B.Length),
            Estimator = EnumNames.Of(plan.Estimator!.Value),
            plan.Queries,
            Noise = EnumNames.Of(options.Run.Optimizer.NoiseOrDefault),
            options.Run.Optimizer.Epsilon,
            options.Run.Optimizer.LearningRate,
            ExamplesPerStep = options.Run.ExamplesInForce,
            Copies = plan.Copies.Select(copy => new { copy.Query, copy.Coefficient }),
            Choices = example.Choices,
            EndTokens = model.EndTokenIds.Order(),
            Buckets = buckets,
            Methods = methods.Zip(
                programs,
                (method, program) =>
                    new
                    {
                        method.Name,
                        Program = program.Program.Name,
                        method.PlannedBytes,
                        Inputs = method.Inputs.Select(WithMeaning),
                        Outputs = method.Outputs.Select(WithMeaning),
                    }
            ),
        };

    private static object WithMeaning(BundledTensor tensor) =>
        new
        {
            tensor.Name,
            tensor.Type,
            tensor.Shape,
            Meaning = TensorMeanings.Of(tensor.Name),
        };
}
