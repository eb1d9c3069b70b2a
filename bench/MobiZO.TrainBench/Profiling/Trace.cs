using System.Text.Json;

namespace MobiZO.TrainBench.Profiling;

/// <summary>The trace that ONNX Runtime writes: a JSON array of events with start (ts) and length (dur) in microseconds.</summary>
/// <param name="Events">Operators of the counted runs.</param>
/// <param name="RunMicroseconds">Time of the counted runs, as the runtime saw them.</param>
internal sealed record Trace(IReadOnlyList<TraceEvent> Events, double RunMicroseconds)
{
    private const string RunName = "model_run";
    private const string KernelSuffix = "_kernel_time";

    /// <summary>Reads the last runs of a trace; those before them warmed up.</summary>
    /// <param name="json">The trace.</param>
    /// <param name="runs">How many runs count.</param>
    /// <exception cref="FormatException">It is no trace, or holds fewer runs.</exception>
    public static Trace Read(Stream json, int runs)
    {
        using var document = Parse(json);
        var all = document
            .RootElement.EnumerateArray()
            .Where(item => item.TryGetProperty("dur", out _) && item.TryGetProperty("name", out _))
            .ToList();
        var counted = all.Where(item => item.GetProperty("name").GetString() == RunName).OrderBy(Start).TakeLast(runs).ToList();
        if (counted.Count < runs)
        {
            throw new FormatException($"The trace holds {counted.Count} runs; {runs} were expected.");
        }

        var begin = Start(counted[0]);
        var events =
            from item in all
            let name = item.GetProperty("name").GetString()!
            where name.EndsWith(KernelSuffix, StringComparison.Ordinal) && Start(item) >= begin
            select new TraceEvent(name[..^KernelSuffix.Length], item.GetProperty("args").GetProperty("op_name").GetString()!, Length(item));
        return new Trace([.. events], counted.Sum(Length));
    }

    private static JsonDocument Parse(Stream json)
    {
        try
        {
            var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? document
                : throw new FormatException("The trace is not an array of events.");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"The trace cannot be read: {exception.Message}", exception);
        }
    }

    private static double Start(JsonElement item) => item.GetProperty("ts").GetDouble();

    private static double Length(JsonElement item) => item.GetProperty("dur").GetDouble();
}
