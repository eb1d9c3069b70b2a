using System.Text.Json;
using System.Text.Json.Serialization;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Storage;
using MobiZO.Data;
using MobiZO.Journal;

namespace MobiZO.Runs;

/// <summary>The files of a run; each is written to a temporary name and renamed, except the journal, which only grows.</summary>
public sealed class RunFolder
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Names the files of a run folder; nothing is created.</summary>
    public RunFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>The run that an adapter lies in; null: it is not one of a run.</summary>
    /// <param name="adapter">Path of the adapter.</param>
    public static RunFolder? Around(string adapter)
    {
        var parent = System.IO.Path.GetDirectoryName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(adapter)));
        var run = parent is null ? null : new RunFolder(parent);
        return run is not null && File.Exists(run.JournalFile) && File.Exists(run.ConfigFile) ? run : null;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The configuration, with everything decided that was left open.</summary>
    public string ConfigFile => System.IO.Path.Combine(Path, "config.json");

    /// <summary>One line a step or evaluation.</summary>
    public string JournalFile => System.IO.Path.Combine(Path, "journal.jsonl");

    /// <summary>The state between two steps.</summary>
    public string CheckpointFile => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>The gradients of the steps, of estimators that have them.</summary>
    public string GradientsFile => System.IO.Path.Combine(Path, GradientFile.Name);

    /// <summary>What the model wrote to the prompts of the samples, one line a step and prompt.</summary>
    public string SamplesFile => System.IO.Path.Combine(Path, "samples.jsonl");

    /// <summary>The final report.</summary>
    public string ReportFile => System.IO.Path.Combine(Path, "report.json");

    /// <summary>The probe of a run that made one.</summary>
    public string ProbeFile => System.IO.Path.Combine(Path, ProbeMark.FileName);

    /// <summary>The adapter that is kept: the best one, else the last; of a run that made a probe, its file.</summary>
    public string KeptAdapter =>
        File.Exists(ProbeFile) ? ProbeFile
        : Directory.Exists(BestAdapterFolder) ? BestAdapterFolder
        : AdapterFolder;

    /// <summary>PEFT folder of the last adapter.</summary>
    public string AdapterFolder => System.IO.Path.Combine(Path, "adapter");

    /// <summary>PEFT folder of the best adapter.</summary>
    public string BestAdapterFolder => System.IO.Path.Combine(Path, "best");

    /// <summary>
    /// PEFT folder of the adapter before the first step; with the journal, and the gradients where there are any, it is all that a replay
    /// needs.
    /// </summary>
    public string InitialAdapterFolder => System.IO.Path.Combine(Path, "initial");

    /// <summary>Checks, before anything is opened, that a run can start or go on here.</summary>
    internal void RequireReadyFor(FineTuneOptions options)
    {
        if (File.Exists(ProbeFile))
        {
            throw new FineTuneException(
                $"'{Path}' already holds a probe, which has no steps to go on with. Choose another folder as FineTuneOptions.Output.",
                FineTuneFailure.Output
            );
        }

        var exists = File.Exists(JournalFile);
        if (exists && !options.Resume)
        {
            throw new FineTuneException(
                $"'{Path}' already holds a run. Continue it with FineTuneOptions.Resume, or choose another folder as "
                    + $"FineTuneOptions.Output.",
                FineTuneFailure.Output
            );
        }

        if (!exists && !options.Resume)
        {
            RequireOwnFiles(options);
        }

        if (!exists && options.Resume)
        {
            throw new FineTuneException(
                $"'{Path}' holds no run to resume: expected the file {JournalFile}. Start it without FineTuneOptions.Resume.",
                FineTuneFailure.Input
            );
        }
    }

    /// <summary>
    /// A new run replaces files of its names, so that they must be its own: those of a start that was killed, which leaves its lock behind.
    /// </summary>
    private void RequireOwnFiles(FineTuneOptions options)
    {
        if (OutputPlace.IsSame(Path, options.Model))
        {
            throw new FineTuneException(
                $"FineTuneOptions.Output '{Path}' is the folder of the model; the run would replace its {System.IO.Path.GetFileName(ConfigFile)}. "
                    + "Choose another folder.",
                FineTuneFailure.Output
            );
        }

        string[] names =
        [
            ConfigFile,
            CheckpointFile,
            GradientsFile,
            SamplesFile,
            ReportFile,
            AdapterFolder,
            BestAdapterFolder,
            InitialAdapterFolder,
        ];
        if (!RunLock.IsIn(Path) && Array.Find(names, System.IO.Path.Exists) is { } foreign)
        {
            throw new FineTuneException(
                $"'{Path}' holds {foreign}, which is not of a run here and would be replaced. Choose another folder as "
                    + "FineTuneOptions.Output, or move the file away.",
                FineTuneFailure.Output
            );
        }
    }

    /// <summary>
    /// Removes what a run of before left that would be taken for this one's: whoever takes its journal away begins anew in its folder.
    /// </summary>
    internal void RemoveResults()
    {
        string[] files =
        [
            CheckpointFile,
            ReportFile,
            SamplesFile,
            .. PeftAdapterFormat.FileNames.Select(name => System.IO.Path.Combine(BestAdapterFolder, name)),
        ];
        foreach (var file in files.Where(File.Exists))
        {
            File.Delete(file);
        }

        if (Directory.Exists(BestAdapterFolder) && !Directory.EnumerateFileSystemEntries(BestAdapterFolder).Any())
        {
            Directory.Delete(BestAdapterFolder);
        }
    }

    /// <summary>Reads the configuration of a run.</summary>
    /// <exception cref="FineTuneException">There is none, or it is damaged.</exception>
    public FineTuneOptions ReadConfig()
    {
        if (!File.Exists(ConfigFile))
        {
            throw new FineTuneException(
                $"'{Path}' holds no run: expected the file {ConfigFile}. Give the folder of a run that was started before.",
                FineTuneFailure.Input
            );
        }

        try
        {
            return AsWritten(
                JsonSerializer.Deserialize<FineTuneOptions>(File.ReadAllText(ConfigFile), Json) ?? throw new JsonException("it is empty")
            );
        }
        catch (JsonException exception)
        {
            throw new FineTuneException(
                $"{ConfigFile}: the configuration cannot be read: {JsonProblem.WithLine(exception)}",
                FineTuneFailure.Input
            );
        }
    }

    /// <summary>Writes the configuration, with absolute paths so that the run can be read from anywhere.</summary>
    internal void WriteConfig(FineTuneOptions options)
    {
        Directory.CreateDirectory(Path);
        WriteJson(
            ConfigFile,
            options with
            {
                Model = System.IO.Path.GetFullPath(options.Model),
                TrainData = System.IO.Path.GetFullPath(options.TrainData),
                EvalData = options.EvalData is null ? null : System.IO.Path.GetFullPath(options.EvalData),
                TestData = options.TestData is null ? null : System.IO.Path.GetFullPath(options.TestData),
                Output = System.IO.Path.GetFullPath(options.Output),
                Adapter = options.Adapter.StartFrom is { } start
                    ? options.Adapter with
                    {
                        StartFrom = System.IO.Path.GetFullPath(start),
                    }
                    : options.Adapter,
                Engine = options.Engine.CacheFolder is { } cache
                    ? options.Engine with
                    {
                        CacheFolder = System.IO.Path.GetFullPath(cache),
                    }
                    : options.Engine,
                Resume = false,
            }
        );
    }

    /// <summary>
    /// What a run on free text did not decide it did not have: its rows were read as they are. Rows with label words always are, and no
    /// text stands behind answers that a chat template writes: runs from before may hold a chat template that they did not use. Runs hold
    /// what was decided of their weights; those from before called what the file stores auto.
    /// </summary>
    private static FineTuneOptions AsWritten(FineTuneOptions options) =>
        options with
        {
            TokenShare = options.TokenShare ?? 0,
            Engine = options.Engine with
            {
                Weights = options.Engine.Weights == WeightFormat.Auto ? WeightFormat.Stored : options.Engine.Weights,
            },
            Data = options.Data with
            {
                ChatTemplate =
                    HasLabelWords(options) ? null
                    : IsUnusedTemplate(options.Data) ? ChatTemplateUse.Never
                    : options.Data.ChatTemplate ?? ChatTemplateUse.Never,
                AnswerSuffix =
                    HasLabelWords(options) || options.Data.ChatTemplate == ChatTemplateUse.Always
                        ? options.Data.AnswerSuffix
                        : options.Data.AnswerSuffix ?? "",
                Scoring = options.Data.Scoring ?? ChoiceScoring.Mean,
            },
        };

    private static bool IsUnusedTemplate(DataOptions data) =>
        data is { ChatTemplate: ChatTemplateUse.Always } and ({ AnswerSuffix.Length: > 0 } or { Shape: RowShape.Text });

    private static bool HasLabelWords(FineTuneOptions options) => options.Data is not { Choices: null, LabelWords: null };

    internal static void WriteJson<T>(string path, T value) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, value, Json));
}
