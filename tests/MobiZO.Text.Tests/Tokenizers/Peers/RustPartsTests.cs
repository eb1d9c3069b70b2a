using System.Text.Json.Nodes;
using MobiZO.Text.Tests.Tokenizers.Fixtures;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>
/// Normalizers and pre-tokenizers that few tokenizers of the fixtures have, against the Hugging Face tokenizers library. They are put into
/// the bundled model's tokenizer one at a time.
/// </summary>
public sealed class RustPartsTests
{
    private static readonly Lazy<string[]> s_texts = new(() => FuzzedTexts.Make(seed: 7, count: 10_000, ["<|im_start|>", "</s>"]));

    [PeerTheory]
    [InlineData("""{ "type": "NFC" }""")]
    [InlineData("""{ "type": "NFD" }""")]
    [InlineData("""{ "type": "NFKC" }""")]
    [InlineData("""{ "type": "NFKD" }""")]
    [InlineData("""{ "type": "Lowercase" }""")]
    [InlineData("""{ "type": "StripAccents" }""")]
    [InlineData("""{ "type": "Strip", "strip_left": true, "strip_right": true }""")]
    [InlineData("""{ "type": "Strip", "strip_left": false, "strip_right": true }""")]
    [InlineData("""{ "type": "Nmt" }""")]
    [InlineData("""{ "type": "ByteLevel" }""")]
    [InlineData("""{ "type": "Prepend", "prepend": "ab " }""")]
    [InlineData("""{ "type": "Replace", "pattern": { "String": "e" }, "content": "" }""")]
    [InlineData("""{ "type": "Sequence", "normalizers": [ { "type": "NFD" }, { "type": "StripAccents" }, { "type": "Lowercase" } ] }""")]
    [InlineData("""{ "type": "Replace", "pattern": { "Regex": "\\s+" }, "content": "_" }""")]
    public void Normalizer_gives_the_same_ids(string normalizer) => Check(normalizer, []);

    [PeerTheory]
    [InlineData(true, true, "null", true)]
    [InlineData(true, false, "true", false)]
    [InlineData(false, true, "false", true)]
    [InlineData(false, false, "true", true)]
    public void Bert_normalizer_gives_the_same_ids(bool clean, bool chinese, string accents, bool lowercase)
    {
        static string Word(bool value) => value ? "true" : "false";
        Check(
            $$"""
            { "type": "BertNormalizer", "clean_text": {{Word(clean)}}, "handle_chinese_chars": {{Word(chinese)}},
              "strip_accents": {{accents}}, "lowercase": {{Word(lowercase)}} }
            """,
            []
        );
    }

    /// <summary>The rules of a published SentencePiece model (those of T5).</summary>
    [PeerTheory]
    [InlineData("synthetic/unigram-t5-style-precompiled")]
    public void Precompiled_rules_give_the_same_ids(string name)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(Suite.TokenizerPath(name)))!;
        Check(file["normalizer"]!["normalizers"]![0]!.ToJsonString(), []);
    }

    [PeerTheory]
    [InlineData("""{ "type": "BertPreTokenizer" }""")]
    [InlineData("""{ "type": "UnicodeScripts" }""")]
    [InlineData("""{ "type": "FixedLength", "length": 3 }""")]
    [InlineData("""{ "type": "Digits", "individual_digits": true }""")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Removed" }""")]
    [InlineData("""{ "type": "Punctuation", "behavior": "MergedWithPrevious" }""")]
    [InlineData("""{ "type": "Punctuation", "behavior": "MergedWithNext" }""")]
    [InlineData("""{ "type": "Punctuation", "behavior": "Contiguous" }""")]
    [InlineData("""{ "type": "Metaspace", "replacement": "_", "prepend_scheme": "always", "split": true }""")]
    [InlineData("""{ "type": "Metaspace", "replacement": "_", "prepend_scheme": "never", "split": false }""")]
    [InlineData("""{ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true }""")]
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
    [InlineData(@"(?<=\p{L})\p{N}|(?<!\s)[a-m]", "Isolated", false)]
    [InlineData(@"(?<=\p{Lu}|\d\d|\s)\S", "Contiguous", false)]
    [InlineData(@"(?>\p{L}+|\p{L}\d)\d|\s++\S", "Isolated", false)]
    [InlineData(@"[\p{L}&&[^a-m\p{Lo}]]+|[^\p{N}\s&&[!-~]]", "Isolated", false)]
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
        PeerFiles.Check(file, s_texts.Value);
    }
}
