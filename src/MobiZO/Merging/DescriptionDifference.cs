using System.Text.Json;
using System.Text.Json.Nodes;
using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Merging;

/// <summary>What one model computes otherwise than another.</summary>
internal static class DescriptionDifference
{
    // Numbers of GGUF files are fp32.
    private const double Tolerance = 1e-6;

    // What is for people, and what only says where tensors come from.
    private static readonly string[] s_ignored =
    [
        nameof(RotaryDescription.Text),
        nameof(RotaryDescription.MaxPositions),
        nameof(ModelConfig.ModelType),
        nameof(ModelConfig.PositionEncoding),
        nameof(ModelConfig.BosTokenId),
        nameof(ModelConfig.EosTokenIds),
        nameof(ModelDescription.OptionalPrefix),
        nameof(ModelDescription.IgnoredTensors),
    ];

    /// <summary>The first difference, with its place and both values; null: there is none.</summary>
    public static string? Find(ModelDescription expected, ModelDescription found) =>
        Find(JsonSerializer.SerializeToNode(expected), JsonSerializer.SerializeToNode(found), "");

    private static string? Find(JsonNode? expected, JsonNode? found, string place)
    {
        switch (expected, found)
        {
            case (JsonObject first, JsonObject second):
                return first
                    .Select(pair => pair.Key)
                    .Union(second.Select(pair => pair.Key))
                    .Where(key => !s_ignored.Contains(key))
                    .Select(key => Find(first[key], second[key], place.Length == 0 ? key : $"{place}.{key}"))
                    .FirstOrDefault(difference => difference is not null);
            case (JsonArray first, JsonArray second) when first.Count == second.Count:
                return first
                    .Zip(second)
                    .Index()
                    .Select(item => Find(item.Item.First, item.Item.Second, FormattableString.Invariant($"{place}[{item.Index}]")))
                    .FirstOrDefault(difference => difference is not null);
            case (JsonValue first, JsonValue second) when first.TryGetValue(out double x) && second.TryGetValue(out double y):
                return Math.Abs(x - y) <= Tolerance * Math.Max(Math.Abs(x), Math.Abs(y)) ? null : Sentence(place, expected, found);
            default:
                return JsonNode.DeepEquals(expected, found) ? null : Sentence(place, expected, found);
        }
    }

    private static string Sentence(string place, JsonNode? expected, JsonNode? found) =>
        $"{place} is {expected?.ToJsonString() ?? "nothing"} and would be read as {found?.ToJsonString() ?? "nothing"}";
}
