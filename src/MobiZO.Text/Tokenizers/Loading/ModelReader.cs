using System.Text.Json;
using MobiZO.Text.Tokenizers.Models;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads the <c>model</c> of a tokenizer file.</summary>
internal static class ModelReader
{
    /// <summary>Ids above this are taken for a broken file.</summary>
    public const int LargestId = (1 << 24) - 1;

    public static ITokenModel Read(ConfigNode node) =>
        node.Text("type", TypeByKeys(node)) switch
        {
            "BPE" => BytePairReader.Read(node),
            "WordPiece" => ReadWordPiece(node),
            "WordLevel" => new WordLevelModel(node.File, ReadVocabulary(node.Get("vocab")), node.Text("unk_token")),
            "Unigram" => ReadUnigram(node),
            string type => throw node.Unsupported($"the model {type}"),
        };

    public static Dictionary<string, int> ReadVocabulary(ConfigNode node)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string token, ConfigNode value) in node.AsEntries())
        {
            int id = value.AsNumber();
            if (id is < 0 or > LargestId)
            {
                throw value.Broken($"the id {id} is not between 0 and {LargestId}");
            }

            vocabulary[token] = id;
        }

        return vocabulary;
    }

    /// <summary>Files of early versions do not name the kind; their keys do.</summary>
    private static string TypeByKeys(ConfigNode node) =>
        node.Find("merges") is not null ? "BPE"
        : node.Find("max_input_chars_per_word") is not null ? "WordPiece"
        : node.Find("unk_token") is not null ? "WordLevel"
        : node.Find("vocab") is { Kind: JsonValueKind.Array } ? "Unigram"
        : "of unnamed type";

    private static WordPieceModel ReadWordPiece(ConfigNode node)
    {
        int most = node.Number("max_input_chars_per_word");
        return most >= 0
            ? new WordPieceModel(
                node.File,
                ReadVocabulary(node.Get("vocab")),
                new WordPieceOptions(node.Text("unk_token"), node.Text("continuing_subword_prefix"), most)
            )
            : throw node.Broken($"expected max_input_chars_per_word of at least 0, found {most}");
    }

    private static UnigramModel ReadUnigram(ConfigNode node)
    {
        List<ConfigNode> items = node.Items("vocab");
        if (items.Count > LargestId + 1)
        {
            throw node.Broken($"expected at most {LargestId + 1} tokens, found {items.Count}");
        }

        int? unknown = node.Find("unk_id")?.AsNumber();
        return unknown is null || (unknown >= 0 && unknown < items.Count)
            ? new UnigramModel(node.File, [.. items.Select(ReadToken)], unknown, node.Flag("byte_fallback", false))
            : throw node.Get("unk_id").Broken($"expected an id below {items.Count}, found {unknown}");
    }

    private static UnigramToken ReadToken(ConfigNode node)
    {
        List<ConfigNode> pair = node.AsItems();
        return pair.Count == 2
            ? new UnigramToken(pair[0].AsText(), pair[1].AsReal())
            : throw node.Broken($"expected a token and its score, found {pair.Count} values");
    }
}
