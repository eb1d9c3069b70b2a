using System.Globalization;
using System.Text;
using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Journal;

/// <summary>A run between two steps: everything needed to continue it with the same bits. One safetensors file, scalars in its metadata.</summary>
public sealed record TrainingCheckpoint
{
    private const string FormatName = "mobizo-training-checkpoint";
    private const string StateTensor = "b";
    private const string VelocityTensor = "velocity";

    /// <summary>The step that comes next, from 0.</summary>
    public required long NextStep { get; init; }

    /// <summary>The trained state B [total].</summary>
    public required float[] B { get; init; }

    /// <summary>The running sum of gradients [total]; empty without momentum.</summary>
    public float[] Velocity { get; init; } = [];

    /// <summary>Best evaluation so far, if there was one.</summary>
    public double? BestMetric { get; init; }

    /// <summary>The step of that evaluation.</summary>
    public long? BestStep { get; init; }

    /// <summary>Counters of the run by name, for example examples seen.</summary>
    public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();

    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists. Its folder must exist.</param>
    /// <param name="run">The run it belongs to.</param>
    /// <exception cref="ArgumentException">Lengths do not fit the run.</exception>
    /// <exception cref="JournalException">The file could not be written.</exception>
    public void Save(string path, JournalHeader run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var velocityLength = run.Optimizer.Momentum == 0 ? 0 : run.Layout.Total;
        if (B.Length != run.Layout.Total || Velocity.Length != velocityLength || NextStep < 0)
        {
            throw new ArgumentException($"expected {run.Layout.Total} trained and {velocityLength} momentum values, found {B.Length} and {Velocity.Length} at step {NextStep}");
        }

        var metadata = new Dictionary<string, string>
        {
            ["format"] = FormatName,
            ["run"] = Encoding.UTF8.GetString(JournalFormat.Write(run)),
            ["next_step"] = NextStep.ToString(CultureInfo.InvariantCulture),
            ["counters"] = JsonSerializer.Serialize(Counters.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary()),
        };
        if (BestMetric is { } metric)
        {
            metadata["best_metric"] = metric.ToString("R", CultureInfo.InvariantCulture);
        }

        if (BestStep is { } step)
        {
            metadata["best_step"] = step.ToString(CultureInfo.InvariantCulture);
        }

        List<(string, int[], float[])> tensors = [(StateTensor, [B.Length], B)];
        if (Velocity.Length > 0)
        {
            tensors.Add((VelocityTensor, [Velocity.Length], Velocity));
        }

        try
        {
            SafetensorsWriter.Write(path, tensors, metadata);
        }
        catch (CheckpointException error)
        {
            throw new JournalException(error.Message, error);
        }
    }

    /// <summary>Reads a checkpoint of the given run.</summary>
    /// <exception cref="JournalException">The file is missing or damaged, or belongs to another run; every differing setting is named.</exception>
    public static TrainingCheckpoint Load(string path, JournalHeader run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            using var file = SafetensorsFile.Open(path);
            string Text(string key) => file.Metadata.TryGetValue(key, out var text) ? text : throw new JournalException($"{path}: metadata '{key}' is missing");
            if (Text("format") is var format && format != FormatName)
            {
                throw new JournalException($"{path}: metadata 'format': expected {FormatName}, found {format}");
            }

            var stored = JournalFormat.ReadHeader(Encoding.UTF8.GetBytes(Text("run")), $"{path}, metadata 'run'");
            if (stored.Differences(run) is { Count: > 0 } differences)
            {
                var list = string.Join("; ", differences);
                throw new JournalException($"{path}: the checkpoint belongs to another run (checkpoint / this run): {list}; choose another folder, or the settings of that run");
            }

            return new TrainingCheckpoint
            {
                NextStep = ParseStep(path, "next_step", Text("next_step")),
                B = ReadTensor(file, StateTensor, run.Layout.Total),
                Velocity = run.Optimizer.Momentum == 0 ? [] : ReadTensor(file, VelocityTensor, run.Layout.Total),
                BestMetric = file.Metadata.TryGetValue("best_metric", out var metric) ? ParseMetric(path, metric) : null,
                BestStep = file.Metadata.TryGetValue("best_step", out var step) ? ParseStep(path, "best_step", step) : null,
                Counters = ParseCounters(path, Text("counters")),
            };
        }
        catch (CheckpointException error)
        {
            throw new JournalException(error.Message, error);
        }
    }

    private static float[] ReadTensor(SafetensorsFile file, string name, int length)
    {
        var values = file.ReadFloat32(name);
        return values.Length == length ? values : throw new JournalException($"{file.Path}: tensor '{name}': expected {length} values, found {values.Length}");
    }

    private static long ParseStep(string path, string key, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value <= uint.MaxValue
            ? value
            : throw new JournalException($"{path}: metadata '{key}': expected a step, found '{text}'");

    private static double ParseMetric(string path, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JournalException($"{path}: metadata 'best_metric': expected a number, found '{text}'");

    private static Dictionary<string, long> ParseCounters(string path, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, long>>(text) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            throw new JournalException($"{path}: metadata 'counters': expected names with whole numbers, found '{text}'", error);
        }
    }
}
