using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Models;

/// <summary>
/// A model over the byte alphabet that is given words as they are: it writes them in that alphabet itself, and only those it has not seen.
/// </summary>
internal sealed class ByteLevelModel(ITokenModel inner) : ITokenModel
{
    private const int LargestOnStack = 256;

    private readonly WordCache _cache = new();

    public IReadOnlyDictionary<string, int> Vocabulary => inner.Vocabulary;

    public IEnumerable<KeyValuePair<string, int>> Spellings => inner.Spellings;

    public ModelToken[] Tokenize(ReadOnlySpan<char> word)
    {
        if (_cache.Find(word) is { } known)
        {
            return known;
        }

        ModelToken[] tokens = TokenizeAnew(word);
        _cache.Keep(word, tokens);
        return tokens;
    }

    private ModelToken[] TokenizeAnew(ReadOnlySpan<char> word)
    {
        int most = word.Length * 3;
        Span<char> units = most <= LargestOnStack ? stackalloc char[most] : new char[most];
        if (Ascii.IsValid(word))
        {
            for (int index = 0; index < word.Length; index++)
            {
                units[index] = ByteAlphabet.Character((byte)word[index]);
            }

            return inner.Tokenize(units[..word.Length]);
        }

        // Every byte of a character stands where the whole character stands.
        Span<int> starts = most <= LargestOnStack ? stackalloc int[most] : new int[most];
        Span<int> ends = most <= LargestOnStack ? stackalloc int[most] : new int[most];
        int count = 0;
        Span<byte> bytes = stackalloc byte[4];
        for (int index = 0; index < word.Length; )
        {
            Rune rune = UnicodeClass.At(word, index, out int length);
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                (units[count], starts[count], ends[count]) = (ByteAlphabet.Character(value), index, index + length);
                count++;
            }

            index += length;
        }

        ModelToken[] tokens = inner.Tokenize(units[..count]);
        for (int index = 0; index < tokens.Length; index++)
        {
            ModelToken token = tokens[index];
            tokens[index] =
                token.End > token.Start
                    ? new ModelToken(token.Id, starts[token.Start], ends[token.End - 1])
                    : token with
                    {
                        Start = 0,
                        End = 0,
                    };
        }

        return tokens;
    }
}
