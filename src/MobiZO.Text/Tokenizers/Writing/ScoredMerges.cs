using MobiZO.Text.Tokenizers.Gguf;
using MobiZO.Text.Tokenizers.Models;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Writing;

/// <summary>
/// The merges of a vocabulary with scores as a list, best first. There any two neighbours whose union is a token may merge; a list names
/// pairs. One pair a token is enough: what lies inside of a token is merged as if it stood alone, so its last merge is always the same.
/// </summary>
internal sealed class ScoredMerges
{
    private readonly Dictionary<string, int> _ids;
    private readonly MergeTable _merges;

    /// <exception cref="TokenizerException">Its tokens for bytes or for unknown characters are parts of other tokens.</exception>
    public ScoredMerges(GgufVocabulary vocabulary, Dictionary<string, int> ids)
    {
        (_ids, _merges) = (ids, GgufTokenizer.MergesFromScores(vocabulary, ids));
        RequirePlain(vocabulary);
        var last = new List<(int Rank, string Token, string Left, string Right)>();
        foreach (string token in ids.Keys)
        {
            if (LastPair(token) is { } pair)
            {
                _merges.TryGet(ids[pair.Left], ids[pair.Right], out Merge merge);
                last.Add((merge.Rank, token, pair.Left, pair.Right));
            }
        }

        // Of one score the longest first: a run of one character grows from its left end then, as it does where the leftmost is first.
        last = [.. last.OrderBy(pair => pair.Rank).ThenByDescending(pair => pair.Token.Length).ThenBy(pair => ids[pair.Token])];
        Pairs = [.. last.Select(pair => (pair.Left, pair.Right))];
        Tied =
        [
            .. last.GroupBy(pair => pair.Rank).Where(group => group.Skip(1).Any()).SelectMany(group => group.Select(pair => pair.Token)),
        ];
    }

    /// <summary>The list.</summary>
    public IReadOnlyList<(string Left, string Right)> Pairs { get; }

    /// <summary>Tokens that share their score with others: among those the leftmost is first, which a list cannot say.</summary>
    public IReadOnlyList<string> Tied { get; }

    /// <summary>Merges the characters of a token until two are left; null when they do not make the token.</summary>
    private (string Left, string Right)? LastPair(string token)
    {
        var parts = new List<string>();
        for (int index = 0; index < token.Length; index += parts[^1].Length)
        {
            UnicodeClass.At(token, index, out int length);
            parts.Add(token.Substring(index, length));
        }

        if (!parts.TrueForAll(_ids.ContainsKey))
        {
            return null;
        }

        while (parts.Count > 2)
        {
            (int best, int bestRank) = (-1, int.MaxValue);
            for (int left = 0; left + 1 < parts.Count; left++)
            {
                if (_merges.TryGet(_ids[parts[left]], _ids[parts[left + 1]], out Merge merge) && merge.Rank < bestRank)
                {
                    (best, bestRank) = (left, merge.Rank);
                }
            }

            if (best < 0)
            {
                return null;
            }

            parts[best] += parts[best + 1];
            parts.RemoveAt(best + 1);
        }

        return parts.Count == 2 ? (parts[0], parts[1]) : null;
    }

    /// <summary>A token for a byte comes from no characters of its own, so that what is merged with it would have a second way.</summary>
    private void RequirePlain(GgufVocabulary vocabulary)
    {
        string?[] symbols =
        [
            .. Enumerable.Range(0, 256).Select(BytePairModel.ByteToken),
            vocabulary.UnkId is { } unknown ? vocabulary.Tokens[unknown] : null,
        ];
        HashSet<int> sides = _merges.Sides();
        if (symbols.OfType<string>().FirstOrDefault(symbol => _ids.TryGetValue(symbol, out int id) && sides.Contains(id)) is { } merged)
        {
            throw new TokenizerException(
                $"{vocabulary.Source}: a vocabulary of the kind {vocabulary.Model} whose token '{merged}' is merged with others has no exact "
                    + "form as a tokenizer.json."
            );
        }
    }
}
