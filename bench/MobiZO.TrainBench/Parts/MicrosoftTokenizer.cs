using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace MobiZO.TrainBench.Parts;

/// <summary>Microsoft.ML.Tokenizers with the vocabulary of a <c>tokenizer.json</c>, as a peer in speed.</summary>
internal static partial class MicrosoftTokenizer
{
    /// <summary>Builds the peer. It knows byte-level BPE without a normalizer, split as GPT-2 does, with or without digits apart.</summary>
    /// <param name="path">Path of a <c>tokenizer.json</c>.</param>
    /// <exception cref="NotSupportedException">The tokenizer is another one; the message names what.</exception>
    public static BpeTokenizer FromFile(string path)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = file.RootElement;
        var model = root.GetProperty("model");
        if (TypeOf(model) != "BPE" || TypeOf(root.GetProperty("normalizer")) is not null)
        {
            throw new NotSupportedException(
                $"{path}: Microsoft.ML.Tokenizers is given byte-level BPE without a normalizer here; this is another tokenizer."
            );
        }

        var vocabulary = model
            .GetProperty("vocab")
            .EnumerateObject()
            .Select(entry => KeyValuePair.Create(entry.Name, entry.Value.GetInt32()));
        return BpeTokenizer.Create(
            new BpeOptions(vocabulary)
            {
                ByteLevel = true,
                Merges = [.. model.GetProperty("merges").EnumerateArray().Select(Merge)],
                PreTokenizer = PreTokenizerOf(root.GetProperty("pre_tokenizer"), path),
            }
        );
    }

    private static PreTokenizer PreTokenizerOf(JsonElement node, string path) =>
        TypeOf(node) switch
        {
            "Sequence" => new CompositePreTokenizer([
                .. node.GetProperty("pretokenizers").EnumerateArray().Select(part => PreTokenizerOf(part, path)),
            ]),
            "ByteLevel" when !node.GetProperty("add_prefix_space").GetBoolean() => new RegexPreTokenizer(Words(), specialTokens: null),
            "Digits" when node.GetProperty("individual_digits").GetBoolean() => new RegexPreTokenizer(SingleDigits(), specialTokens: null),
            var type => throw new NotSupportedException($"{path}: the pre-tokenizer {type} is not made for Microsoft.ML.Tokenizers here."),
        };

    private static string Merge(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.Array ? $"{merge[0].GetString()} {merge[1].GetString()}" : merge.GetString()!;

    private static string? TypeOf(JsonElement node) => node.ValueKind == JsonValueKind.Object ? node.GetProperty("type").GetString() : null;

    [GeneratedRegex(@"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\p{N}|[^\p{N}]+")]
    private static partial Regex SingleDigits();
}
