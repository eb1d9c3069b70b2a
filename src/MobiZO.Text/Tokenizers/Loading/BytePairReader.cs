using System.Text.Json;
using MobiZO.Text.Tokenizers.Models;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads a byte-pair model of a tokenizer file.</summary>
internal static class BytePairReader
{
    public static BytePairModel Read(ConfigNode node)
    {
        if (node.Find("dropout") is { } dropout && dropout.AsReal() != 0)
        {
            throw dropout.Unsupported("dropout");
        }

        Dictionary<string, int> vocabulary = ModelReader.ReadVocabulary(node.Get("vocab"));
        int? unknownId = null;
        if (node.Find("unk_token") is { } unknown)
        {
            unknownId = vocabulary.TryGetValue(unknown.AsText(), out int id)
                ? id
                : throw unknown.Broken($"the unknown token '{unknown.AsText()}' is not in the vocabulary");
        }

        var options = new BytePairOptions
        {
            UnknownId = unknownId,
            FuseUnknown = node.Flag("fuse_unk", false),
            ByteFallback = node.Flag("byte_fallback", false),
            IgnoreMerges = node.Flag("ignore_merges", false),
            ContinuingPrefix = node.Text("continuing_subword_prefix", ""),
            EndOfWordSuffix = node.Text("end_of_word_suffix", ""),
        };
        return new BytePairModel(vocabulary, ReadMerges(node.Get("merges"), vocabulary, options.ContinuingPrefix.Length), options);
    }

    private static MergeTable ReadMerges(ConfigNode node, Dictionary<string, int> vocabulary, int prefixLength)
    {
        List<ConfigNode> items = node.AsItems();
        var merges = new MergeTable(items.Count);
        for (int rank = 0; rank < items.Count; rank++)
        {
            ConfigNode item = items[rank];
            (string left, string right) = ReadPair(item);
            string joined =
                right.Length >= prefixLength
                    ? left + right[prefixLength..]
                    : throw item.Broken($"the right side '{right}' is shorter than the continuing prefix");
            merges.Set(Id(left), Id(right), new Merge(rank, Id(joined)));

            int Id(string token) =>
                vocabulary.TryGetValue(token, out int id)
                    ? id
                    : throw item.Broken($"the merge of '{left}' and '{right}' needs '{token}', which is not in the vocabulary");
        }

        return merges;
    }

    private static (string Left, string Right) ReadPair(ConfigNode item)
    {
        if (item.Kind == JsonValueKind.Array)
        {
            List<ConfigNode> pair = item.AsItems();
            return pair.Count == 2 ? (pair[0].AsText(), pair[1].AsText()) : throw item.Broken($"expected two tokens, found {pair.Count}");
        }

        string[] parts = item.AsText().Split(' ');
        return parts.Length == 2
            ? (parts[0], parts[1])
            : throw item.Broken($"expected two tokens with one space between, found '{item.AsText()}'");
    }
}
