using System.Text.Json.Nodes;
using MobiZO.Text.Tokenizers.Loading;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>Broken and unsupported files: always a TokenizerException that names the file and the place.</summary>
public sealed class LoadingTests
{
    private const string Small = """
        {
          "version": "1.0", "truncation": null, "padding": null,
          "added_tokens": [
            { "id": 0, "content": "<s>", "special": true, "normalized": false },
            { "id": 9, "content": "New", "special": false, "normalized": false, "lstrip": true, "rstrip": true, "single_word": true }
          ],
          "normalizer": { "type": "Sequence", "normalizers": [
            { "type": "NFC" }, { "type": "Lowercase" }, { "type": "Strip", "strip_left": true, "strip_right": false },
            { "type": "Replace", "pattern": { "Regex": "z+" }, "content": "a" }, { "type": "Prepend", "prepend": "\u2581" } ] },
          "pre_tokenizer": { "type": "Sequence", "pretokenizers": [
            { "type": "Split", "pattern": { "String": "b" }, "behavior": "MergedWithNext", "invert": false },
            { "type": "Digits", "individual_digits": true },
            { "type": "FixedLength", "length": 7 },
            { "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": true } ] },
          "post_processor": { "type": "TemplateProcessing",
            "single": [ { "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
            "pair": [], "special_tokens": { "<s>": { "id": "<s>", "ids": [0], "tokens": ["<s>"] } } },
          "decoder": { "type": "Sequence", "decoders": [
            { "type": "Replace", "pattern": { "String": "\u2581" }, "content": " " }, { "type": "ByteFallback" }, { "type": "Fuse" },
            { "type": "Strip", "content": " ", "start": 1, "stop": 0 } ] },
          "model": { "type": "BPE", "dropout": 0, "unk_token": "<unk>", "continuing_subword_prefix": null, "end_of_word_suffix": null,
            "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
            "vocab": { "<s>": 0, "<unk>": 1, "\u2581": 2, "a": 3, "b": 4, "\u2581a": 5, "ab": 6, "<0x41>": 7, "<0xFF>": 8 },
            "merges": [ "\u2581 a", [ "a", "b" ] ] }
        }
        """;

    /// <summary>One added token takes the space behind it, with which the next begins.</summary>
    [Fact]
    public void Added_tokens_share_a_space()
    {
        ITokenizer tokenizer = Load(
            Small.Replace(
                """{ "id": 9,""",
                """
                { "id": 10, "content": "<a>", "special": true, "normalized": false, "rstrip": true },
                { "id": 11, "content": " b", "special": true, "normalized": false, "lstrip": true },
                { "id": 9,
                """,
                StringComparison.Ordinal
            )
        );
        Assert.Equal([10, 11], tokenizer.Encode("<a> b", addSpecialTokens: false).Ids);
    }

    [Fact]
    public void Reads_the_small_file()
    {
        ITokenizer tokenizer = Load(Small);
        Assert.Equal(10, tokenizer.VocabularySize);
        Assert.Equal([0, 5, 9, 5, 4], tokenizer.Encode("a New ab").Ids);
        Assert.Equal("ab", tokenizer.Decode([0, 5, 4]));
        Assert.Equal([2, 2, 1], tokenizer.Encode("\u2581cd", addSpecialTokens: false).Ids);
    }

    [Fact]
    public void Reads_a_byte_order_mark() =>
        Assert.Equal(10, TokenizerJson.Read("x", [0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(Small)]).VocabularySize);

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] content = System.Text.Encoding.UTF8.GetBytes(Small.TrimEnd());
        for (int length = 0; length < content.Length; length += 7)
        {
            var problem = Assert.Throws<TokenizerException>(() => TokenizerJson.Read("cut.json", content[..length]));
            Assert.Contains("cut.json: line ", problem.Message);
        }
    }

    [Fact]
    public void Any_value_in_any_place_is_read_or_refused()
    {
        string[] values =
        [
            "null",
            "true",
            "-1",
            "16777216",
            "1e99",
            "\"\"",
            "\"x\"",
            "\"\\ud800\"",
            "[]",
            "{}",
            "[[]]",
            "{\"type\":\"BPE\"}",
        ];
        int refused = 0;
        foreach (string path in Paths(JsonNode.Parse(Small)!))
        {
            foreach (string value in values)
            {
                try
                {
                    ITokenizer tokenizer = Load(Replace(path, value));
                    Encoding encoding = tokenizer.Encode(" a New zab12 \u00E9\U0001F600\u2581b");
                    Assert.All(encoding.Ids, id => Assert.InRange(id, 0, tokenizer.VocabularySize - 1));
                    tokenizer.Decode(encoding.Ids);
                }
                catch (TokenizerException problem)
                {
                    Assert.Contains("small.json", problem.Message);
                    refused++;
                }
            }
        }

        Assert.True(refused > 300);
    }

    [Theory]
    [InlineData("$.model.type", "\"Other\"", "the model Other")]
    [InlineData("$.normalizer.type", "\"Other\"", "the normalizer Other")]
    [InlineData("$.pre_tokenizer.type", "\"Other\"", "the pre-tokenizer Other")]
    [InlineData("$.decoder.type", "\"Other\"", "the decoder Other")]
    [InlineData("$.model.type", "\"Unigram\"", "at 'model.vocab': expected a list")]
    [InlineData("$.model.type", "\"WordPiece\"", "'max_input_chars_per_word' is missing")]
    [InlineData("$.normalizer.normalizers[0]", "{\"type\":\"BertNormalizer\"}", "'clean_text' is missing")]
    [InlineData(
        "$.normalizer.normalizers[0]",
        "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAA=\"}",
        "rules of a SentencePiece model"
    )]
    [InlineData("$.post_processor.type", "\"Other\"", "the post-processor Other")]
    [InlineData("$.normalizer.normalizers[3].pattern.Regex", "\"(?<=a*)b\"", "(?<=a*)b")]
    [InlineData("$.model.dropout", "0.1", "dropout")]
    [InlineData("$.model.unk_token", "\"nope\"", "'nope' is not in the vocabulary")]
    [InlineData("$.model.merges[0]", "\"a a\"", "needs 'aa'")]
    [InlineData("$.model.merges[0]", "\"a\"", "expected two tokens")]
    [InlineData("$.added_tokens[0].id", "3", "has the id 3, but 0 in the vocabulary")]
    [InlineData(
        "$.post_processor.special_tokens",
        "{\"<s>\":{\"ids\":[77],\"tokens\":[\"<s>\"]}}",
        "the id 77 is not that of a token '<s>'"
    )]
    [InlineData("$.pre_tokenizer.pretokenizers[0].behavior", "\"Sideways\"", "Sideways")]
    [InlineData("$.pre_tokenizer.pretokenizers[3].replacement", "\"ab\"", "expected one character")]
    public void Messages_name_the_construct(string path, string value, string expected)
    {
        var problem = Assert.Throws<TokenizerException>(() => Load(Replace(path, value)));
        Assert.StartsWith("small.json: ", problem.Message);
        Assert.Contains(expected, problem.Message);
    }

    private static ITokenizer Load(string json) => TokenizerJson.Read("small.json", System.Text.Encoding.UTF8.GetBytes(json));

    private static string Replace(string path, string value)
    {
        JsonNode root = JsonNode.Parse(Small)!;
        const string Mark = "here the value goes";
        Nodes(root).First(node => node.GetPath() == path).ReplaceWith(Mark);
        return root.ToJsonString().Replace($"\"{Mark}\"", value);
    }

    private static List<string> Paths(JsonNode root) => [.. Nodes(root).Skip(1).Select(node => node.GetPath())];

    private static IEnumerable<JsonNode> Nodes(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject entries => entries.Select(entry => entry.Value),
            JsonArray items => items,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(Nodes).Prepend(node);
    }
}
