using System.Text;
using MobiZO.Text.Tokenizers;
using Encoding = MobiZO.Text.Tokenizers.Encoding;

namespace MobiZO.Tests.Data;

/// <summary>
/// A tokenizer small enough to compute by hand: the longest vocabulary entry at each place, else one character. Entries such as ": n" merge
/// over the border of prompt and answer. Ids: 0 and 1 for start and end, 2... for the entries, 1000 + code unit for characters.
/// </summary>
internal sealed class GreedyTokenizer(params string[] vocabulary) : ITokenizer
{
    public bool AddsStart { get; init; }

    public bool AddsEnd { get; init; }

    public int Calls { get; private set; }

    public int VocabularySize => 1000 + 0x10000;

    public Encoding Encode(string text, bool addSpecialTokens = true)
    {
        Calls++;
        var ids = new List<int>();
        var offsets = new List<(int, int)>();
        if (AddsStart && addSpecialTokens)
        {
            ids.Add(0);
            offsets.Add((0, 0));
        }

        for (int at = 0; at < text.Length; )
        {
            string entry =
                vocabulary.Where(entry => text.AsSpan(at).StartsWith(entry, StringComparison.Ordinal)).MaxBy(entry => entry.Length)
                ?? text[at].ToString();
            ids.Add(IdOf(entry));
            offsets.Add((at, at + entry.Length));
            at += entry.Length;
        }

        if (AddsEnd && addSpecialTokens)
        {
            ids.Add(1);
            offsets.Add((0, 0));
        }

        return new Encoding([.. ids], [.. offsets]);
    }

    public int[] Ids(params string[] entries) => [.. entries.Select(IdOf)];

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var text = new StringBuilder();
        foreach (int id in ids)
        {
            text.Append(id < 2 ? (skipSpecialTokens ? "" : $"<{id}>") : IdToToken(id));
        }

        return text.ToString();
    }

    public int? TokenToId(string token) => IdOf(token);

    public string? IdToToken(int id) => id >= 1000 ? ((char)(id - 1000)).ToString() : vocabulary[id - 2];

    public bool IsSpecial(int id) => id < 2;

    public StreamingDecoder CreateStreamingDecoder(bool skipSpecialTokens = true) => throw new NotSupportedException();

    private int IdOf(string entry)
    {
        int index = Array.IndexOf(vocabulary, entry);
        return index >= 0 ? index + 2 : 1000 + entry.Single();
    }
}
