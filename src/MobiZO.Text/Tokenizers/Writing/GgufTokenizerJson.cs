using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MobiZO.Text.Tokenizers.AddedTokens;
using MobiZO.Text.Tokenizers.Gguf;
using MobiZO.Text.Tokenizers.Loading;
using MobiZO.Text.Tokenizers.PostProcessors;

namespace MobiZO.Text.Tokenizers.Writing;

/// <summary>
/// Writes the tokenizer that GGUF metadata describe as a <c>tokenizer.json</c>: the parts that <see cref="GgufTokenizer"/> builds.
/// </summary>
internal static partial class GgufTokenizerJson
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The bytes of the file.</summary>
    /// <exception cref="TokenizerException">The vocabulary is broken, or has no exact form.</exception>
    public static byte[] Write(GgufVocabulary vocabulary)
    {
        PipelineTokenizer tokenizer = GgufTokenizer.Build(vocabulary);
        bool isByteLevel = vocabulary.Model == GgufTokenizer.ByteLevel;
        vocabulary = isByteLevel ? vocabulary : GgufTokenizer.WithDefaults(vocabulary);
        Dictionary<string, int> ids = GgufTokenizer.Ids(vocabulary);
        ScoredMerges? scored = isByteLevel ? null : new ScoredMerges(vocabulary, ids);
        var file = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. AddedTokens(vocabulary, ids)]),
            ["normalizer"] = isByteLevel ? Composition(vocabulary) : SpaceNormalizer(vocabulary),
            ["pre_tokenizer"] = isByteLevel ? PreTokenizer(vocabulary) : null,
            ["post_processor"] = PostProcessor(vocabulary),
            ["decoder"] = isByteLevel ? ByteLevel() : SpaceDecoder(vocabulary),
            ["model"] = scored is null
                ? Model(ids, GgufTokenizer.MergePairs(vocabulary, ids), GgufTokenizer.PreTokenizer(vocabulary).IgnoreMerges)
                : ScoredModel(vocabulary, ids, scored),
        };
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(file, s_json);
        if (scored?.Tied.Count > 0)
        {
            RequireSame(vocabulary, tokenizer, TokenizerJson.Read(vocabulary.Source, content), scored.Tied);
        }

        return content;
    }

    private static JsonObject Model(Dictionary<string, int> ids, IEnumerable<(string Left, string Right)> merges, bool ignoreMerges) =>
        new()
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = ignoreMerges,
            ["vocab"] = JsonSerializer.SerializeToNode(ids),
            ["merges"] = new JsonArray([.. merges.Select(pair => new JsonArray(pair.Left, pair.Right))]),
        };

    private static JsonObject ScoredModel(GgufVocabulary vocabulary, Dictionary<string, int> ids, ScoredMerges merges)
    {
        JsonObject model = Model(ids, merges.Pairs, ignoreMerges: false);
        (model["fuse_unk"], model["byte_fallback"]) = (true, true);
        if (vocabulary.UnkId is { } unknown)
        {
            model["unk_token"] =
                ids[vocabulary.Tokens[unknown]] == unknown
                    ? vocabulary.Tokens[unknown]
                    : throw Twice(vocabulary, vocabulary.Tokens[unknown]);
        }

        return model;
    }

    private static IEnumerable<JsonObject> AddedTokens(GgufVocabulary vocabulary, Dictionary<string, int> ids)
    {
        // Of those that are spelled alike a text finds the first, special ones before others; the others are never found.
        IEnumerable<AddedToken> found = GgufTokenizer
            .AddedTokens(vocabulary)
            .Where(token => token.Content.Length > 0)
            .OrderByDescending(token => token.Special)
            .DistinctBy(token => token.Content, StringComparer.Ordinal);
        foreach (AddedToken token in found.OrderBy(token => token.Id))
        {
            if (ids[token.Content] != token.Id)
            {
                throw Twice(vocabulary, token.Content);
            }

            yield return new JsonObject
            {
                ["id"] = token.Id,
                ["content"] = token.Content,
                ["single_word"] = token.SingleWord,
                ["lstrip"] = token.StripLeft,
                ["rstrip"] = token.StripRight,
                ["normalized"] = token.Normalized,
                ["special"] = token.Special,
            };
        }
    }

    private static JsonObject? Composition(GgufVocabulary vocabulary) =>
        GgufTokenizer.PreTokenizer(vocabulary).Composes ? new JsonObject { ["type"] = "NFC" } : null;

    private static JsonObject SpaceNormalizer(GgufVocabulary vocabulary)
    {
        var steps = new JsonArray();
        if (vocabulary.RemoveExtraWhitespaces)
        {
            steps.Add(Replace("Regex", @"\A +| +\z", ""));
            steps.Add(Replace("Regex", " {2,}", " "));
        }

        if (AddsSpace(vocabulary))
        {
            steps.Add(new JsonObject { ["type"] = "Prepend", ["prepend"] = GgufTokenizer.Space });
        }

        steps.Add(Replace("String", " ", GgufTokenizer.Space));
        return new JsonObject { ["type"] = "Sequence", ["normalizers"] = steps };
    }

    private static JsonObject SpaceDecoder(GgufVocabulary vocabulary)
    {
        var steps = new JsonArray(
            Replace("String", GgufTokenizer.Space, " "),
            new JsonObject { ["type"] = "ByteFallback" },
            new JsonObject { ["type"] = "Fuse" }
        );
        if (AddsSpace(vocabulary))
        {
            steps.Add(
                new JsonObject
                {
                    ["type"] = "Strip",
                    ["content"] = " ",
                    ["start"] = 1,
                    ["stop"] = 0,
                }
            );
        }

        return new JsonObject { ["type"] = "Sequence", ["decoders"] = steps };
    }

    private static bool AddsSpace(GgufVocabulary vocabulary) => vocabulary.AddSpacePrefix ?? true;

    private static JsonObject Replace(string kind, string pattern, string content) =>
        new()
        {
            ["type"] = "Replace",
            ["pattern"] = new JsonObject { [kind] = pattern },
            ["content"] = content,
        };

    private static JsonObject PreTokenizer(GgufVocabulary vocabulary)
    {
        IEnumerable<JsonObject> splits = GgufTokenizer
            .PreTokenizer(vocabulary)
            .Expressions.Select(expression => new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { ["Regex"] = Literal(expression) },
                ["behavior"] = "Isolated",
                ["invert"] = false,
            });
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray([.. splits, ByteLevel()]) };
    }

    private static JsonObject ByteLevel() =>
        new()
        {
            ["type"] = "ByteLevel",
            ["add_prefix_space"] = false,
            ["trim_offsets"] = false,
            ["use_regex"] = false,
        };

    private static JsonObject? PostProcessor(GgufVocabulary vocabulary)
    {
        (ProcessedToken[] before, ProcessedToken[] after) = GgufTokenizer.Ends(vocabulary);
        if (before.Length + after.Length == 0)
        {
            return null;
        }

        JsonObject[] Template(string id, int type) =>
            [
                .. before.Select(token => Item("SpecialToken", token.Text, type)),
                Item("Sequence", id, type),
                .. after.Select(token => Item("SpecialToken", token.Text, type)),
            ];
        ProcessedToken[] tokens = [.. before.Concat(after).DistinctBy(token => token.Id)];
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray([.. Template("A", 0)]),
            ["pair"] = new JsonArray([.. Template("A", 0), .. Template("B", 1)]),
            ["special_tokens"] = new JsonObject(
                tokens.Select(token =>
                    KeyValuePair.Create<string, JsonNode?>(
                        token.Text,
                        new JsonObject
                        {
                            ["id"] = token.Text,
                            ["ids"] = new JsonArray(token.Id),
                            ["tokens"] = new JsonArray(token.Text),
                        }
                    )
                )
            ),
        };
    }

    private static JsonObject Item(string kind, string id, int type) =>
        new()
        {
            [kind] = new JsonObject { ["id"] = id, ["type_id"] = type },
        };

    /// <summary>
    /// An expression with its characters beyond ASCII as they are, not as escapes. ONNX Runtime GenAI knows expressions by their text.
    /// </summary>
    private static string Literal(string expression)
    {
        return Escape().Replace(expression, Character);

        static string Character(Match match)
        {
            int code = int.Parse(match.Groups["code"].ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            return code > 0x7F ? char.ConvertFromUtf32(code) : match.Value;
        }
    }

    private static void RequireSame(GgufVocabulary vocabulary, ITokenizer tokenizer, ITokenizer written, IReadOnlyList<string> tied)
    {
        IEnumerable<string> texts = TiedTexts.Of(tied).Select(text => text.Replace(GgufTokenizer.Space, " ", StringComparison.Ordinal));
        if (texts.FirstOrDefault(text => !tokenizer.Encode(text).Ids.SequenceEqual(written.Encode(text).Ids)) is { } text)
        {
            throw new TokenizerException(
                $"{vocabulary.Source}: a vocabulary of the kind {vocabulary.Model} in which tokens of one score meet ('{text}') has no exact "
                    + "form as a tokenizer.json."
            );
        }
    }

    private static TokenizerException Twice(GgufVocabulary vocabulary, string token) =>
        new(
            $"{vocabulary.Source}: a vocabulary of the kind {vocabulary.Model} in which two tokens are spelled '{token}' has no exact form as "
                + "a tokenizer.json."
        );

    [GeneratedRegex(
        @"\\(u(?<code>[0-9A-Fa-f]{4})|x\{(?<code>[0-9A-Fa-f]+)\})",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Escape();
}
