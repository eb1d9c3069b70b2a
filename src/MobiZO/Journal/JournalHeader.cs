using System.Text.Json;
using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>The first line of a journal: everything a replay needs, and what tells one run from another.</summary>
public sealed record JournalHeader
{
    /// <summary>The property with the checksum of the initial A.</summary>
    internal const string InitialKey = "initial";

    /// <summary>The property with the checksum of the B that the run started with; absent when that was zero.</summary>
    internal const string StartKey = "start";

    /// <summary>Seed of the run.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Number of steps the run was planned for.</summary>
    public required long TotalSteps { get; init; }

    /// <summary>Settings of the optimiser.</summary>
    public required OptimizerOptions Optimizer { get; init; }

    /// <summary>The tensors of the trained state.</summary>
    public required StateLayout Layout { get; init; }

    /// <summary>Further facts of the run that must agree when it is resumed, for example base model, scope and loss; by name.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Names every setting in which another header differs from this one, with both values; empty when they describe the same run.
    /// </summary>
    public IReadOnlyList<string> Differences(JournalHeader other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var mine = Flatten(this);
        var theirs = Flatten(other);
        return
        [
            .. mine
                .Keys.Union(theirs.Keys)
                .Order(StringComparer.Ordinal)
                .Where(key => mine.GetValueOrDefault(key) != theirs.GetValueOrDefault(key))
                .Select(key => $"{key}: {mine.GetValueOrDefault(key, "absent")} / {theirs.GetValueOrDefault(key, "absent")}"),
        ];
    }

    /// <summary>
    /// Properties as they are written now: what the file stores was once called auto, which stands for a decision that no journal leaves
    /// open.
    /// </summary>
    internal static Dictionary<string, string> AsNow(IReadOnlyDictionary<string, string> properties)
    {
        var now = new Dictionary<string, string>(properties);
        if (now.GetValueOrDefault("weights") == "auto")
        {
            now["weights"] = "stored";
        }

        return now;
    }

    private static Dictionary<string, string> Flatten(JournalHeader header)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        void Visit(string path, JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in element.EnumerateObject())
                {
                    Visit(path.Length == 0 ? property.Name : $"{path}.{property.Name}", property.Value);
                }
            }
            else if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var (index, item) in element.EnumerateArray().Index())
                {
                    Visit($"{path}[{index}]", item);
                }
            }
            else
            {
                values[path] = element.GetRawText();
            }
        }

        using var document = JsonDocument.Parse(JournalFormat.Write(header));
        Visit("", document.RootElement);
        return values;
    }
}
