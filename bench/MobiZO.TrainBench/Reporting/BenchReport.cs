using System.Text.Json;
using System.Text.Json.Serialization;
using MobiZO.TrainBench.Machine;

namespace MobiZO.TrainBench.Reporting;

/// <summary>What a command writes with --json: where and how it was measured, and what came out.</summary>
/// <param name="Command">The command line.</param>
/// <param name="MeasuredAt">When it ended, UTC.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Results">The results of the command.</param>
internal sealed record BenchReport(IReadOnlyList<string> Command, DateTimeOffset MeasuredAt, MachineFacts Machine, object Results)
{
    public static JsonSerializerOptions Json { get; } =
        new()
        {
            WriteIndented = true,
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        };

    /// <summary>Writes the report of this process when a file was asked for.</summary>
    public static void Write(string? path, object results)
    {
        if (path is null)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var report = new BenchReport(Environment.GetCommandLineArgs()[1..], DateTimeOffset.UtcNow, MachineFacts.Read(), results);
        File.WriteAllText(path, JsonSerializer.Serialize(report, Json) + "\n");
        Output.Tell($"written: {path}");
    }
}
