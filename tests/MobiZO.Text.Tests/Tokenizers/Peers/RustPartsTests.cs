using System.Text.Json.Nodes;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>
/// Normalizers and pre-tokenizers that few tokenizers of the fixtures have, against the Hugging Face tokenizers library. They are put into
/// the bundled model's tokenizer one at a time.
/// </summary>
public sealed class RustPartsTests
{
    private static readonly Lazy<string[]> s_texts = new(() => FuzzedTexts.Make(seed: 7, count: 2_000, ["<|im_start|>", "</s>"]));

    [PeerTheory]
    [InlineData("""{ "type": "NFC" }""")]
    [InlineData("""{ "type": "NFD" }""")]
    [InlineData("""{ "type": "NFKC" }""")]
    [InlineData("""{ "type": "NFKD" }""")]
    [InlineData("""{ "type": "Lowercase" }""")]
    [InlineData("""{ "type": "StripAccents" }""")]
    [InlineData("""{ "type": "Strip", "strip_left": true, "strip_right": true }""")]
    [InlineData("""{ "type": "Replace", "pattern": { "Regex": "\\s+" }, "content": "_" }""")]
    public void Normalizer_gives_the_same_ids(string normalizer) => Check(normalizer, []);

    [PeerTheory]
    [InlineData("""{ "type": "Whitespace" }""")]
    [InlineData("""{ "type": "WhitespaceSplit" }""")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Isolated" }""")]
    [InlineData("""{ "type": "Digits", "individual_digits": false }""")]
    [InlineData("""{ "type": "CharDelimiterSplit", "delimiter": "e" }""")]
    [InlineData("""{ "type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": true }""")]
    public void Pre_tokenizer_gives_the_same_ids(string preTokenizer) => Check(null, [preTokenizer]);

    [PeerTheory]
    [InlineData(@"\w+", "MergedWithNext", false)]
    [InlineData(@"\W", "Isolated", false)]
    [InlineData(@"\b.", "MergedWithPrevious", true)]
    [InlineData(@"\d|\s", "Contiguous", false)]
    [InlineData(@"[\p{P}\p{S}]", "Removed", false)]
    [InlineData(@"[^\p{L}\p{M}\p{N}]+", "Isolated", false)]
    [InlineData(@"(?i:[k-s]+)", "Isolated", true)]
    public void Regular_expression_gives_the_same_ids(string pattern, string behavior, bool invert)
    {
        var part = new JsonObject
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = pattern },
            ["behavior"] = behavior,
            ["invert"] = invert,
        };
        Check(null, [part.ToJsonString()]);
    }

    private static void Check(string? normalizer, string[] preTokenizers)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(Suite.TokenizerPath("nano")))!;
        // A space in front of every piece shows in the ids where the text was split.
        const string SpaceInFront = """{ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": false }""";
        file["normalizer"] = normalizer is null ? null : JsonNode.Parse(normalizer);
        file["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray([.. preTokenizers.Append(SpaceInFront).Select(part => JsonNode.Parse(part))]),
        };
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.tokenizer.json");
        File.WriteAllText(path, file.ToJsonString());
        try
        {
            PeerChecks.Same(Tokenizer.FromFile(path), path, s_texts.Value);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
