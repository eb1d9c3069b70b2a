using System.Text.Json.Nodes;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>Tokenizer files that a test writes, for both this library and the peer.</summary>
internal static class PeerFiles
{
    /// <summary>Compares the ids of all texts.</summary>
    public static void Check(JsonNode file, string[] texts)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.tokenizer.json");
        File.WriteAllText(path, file.ToJsonString());
        try
        {
            PeerChecks.Same(Tokenizer.FromFile(path), path, texts);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A file with a model and what may stand around it.</summary>
    public static JsonObject With(JsonObject model, string? normalizer, string? preTokenizer) =>
        new()
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray(),
            ["normalizer"] = normalizer is null ? null : JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = preTokenizer is null ? null : JsonNode.Parse(preTokenizer),
            ["post_processor"] = null,
            ["decoder"] = null,
            ["model"] = model,
        };
}
