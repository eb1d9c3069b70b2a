using System.Globalization;
using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Models;

/// <summary>Byte-pair encoding: starts from characters and applies the best merge until none is left.</summary>
internal sealed class BytePairModel : ITokenModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly MergeTable _merges;
    private readonly BytePairOptions _options;
    private readonly int[]? _byteIds;

    public BytePairModel(Dictionary<string, int> vocabulary, MergeTable merges, BytePairOptions options)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _options = options;
        if (options.ByteFallback)
        {
            _byteIds = [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault(ByteToken(value), -1))];
        }
    }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public IEnumerable<KeyValuePair<string, int>> Spellings => _vocabulary;

    /// <summary>The spelling of a byte token.</summary>
    public static string ByteToken(int value) => string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>");

    /// <summary>
    /// Whether a part of a word gives the same tokens alone as within the word, where no token reaches over its borders. Not so where a
    /// word is looked up as a whole, where its first or last character is special, and where characters vanish (they shift the ranges of
    /// those behind).
    /// </summary>
    public bool IsLocal => _options is { IgnoreMerges: false, UnknownId: not null, ContinuingPrefix.Length: 0, EndOfWordSuffix.Length: 0 };

    public ModelToken[] Tokenize(ReadOnlySpan<char> word)
    {
        if (_options.IgnoreMerges && _lookup.TryGetValue(word, out int id))
        {
            return [new ModelToken(id, 0, word.Length)];
        }

        // A character of one unit may become three byte tokens.
        var symbols = new SymbolChain(_byteIds is null ? word.Length : 3 * word.Length);
        AddCharacters(word, symbols);
        symbols.MergeAll(_merges);
        return Place(word, symbols);
    }

    private void AddCharacters(ReadOnlySpan<char> word, SymbolChain symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        int unknownBytes = 0;
        for (int index = 0; index < word.Length; )
        {
            Rune rune = UnicodeClass.At(word, index, out int length);
            int byteCount = rune.EncodeToUtf8(bytes);
            int id = CharacterId(word, index, length);
            index += length;
            if (id >= 0)
            {
                FlushUnknown(symbols, ref unknownBytes);
                symbols.Add(id, byteCount);
                continue;
            }

            if (TryAddBytes(bytes[..byteCount], symbols) || _options.UnknownId is null)
            {
                continue;
            }

            if (!_options.FuseUnknown)
            {
                FlushUnknown(symbols, ref unknownBytes);
            }

            unknownBytes += byteCount;
        }

        FlushUnknown(symbols, ref unknownBytes);
    }

    private int CharacterId(ReadOnlySpan<char> word, int index, int length)
    {
        bool hasPrefix = index > 0 && _options.ContinuingPrefix.Length > 0;
        bool hasSuffix = index + length == word.Length && _options.EndOfWordSuffix.Length > 0;
        ReadOnlySpan<char> character = word.Slice(index, length);
        if (hasPrefix || hasSuffix)
        {
            character = $"{(hasPrefix ? _options.ContinuingPrefix : "")}{character}{(hasSuffix ? _options.EndOfWordSuffix : "")}";
        }

        return _lookup.TryGetValue(character, out int id) ? id : -1;
    }

    private void FlushUnknown(SymbolChain symbols, ref int unknownBytes)
    {
        if (unknownBytes > 0 && _options.UnknownId is { } unknown)
        {
            symbols.Add(unknown, unknownBytes);
            unknownBytes = 0;
        }
    }

    private bool TryAddBytes(ReadOnlySpan<byte> bytes, SymbolChain symbols)
    {
        if (_byteIds is null)
        {
            return false;
        }

        foreach (byte value in bytes)
        {
            if (_byteIds[value] < 0)
            {
                return false;
            }
        }

        foreach (byte value in bytes)
        {
            symbols.Add(_byteIds[value], 1);
        }

        return true;
    }

    /// <summary>
    /// Gives every token its range. Ranges are laid end to end by byte length, so a character that vanished shifts those behind it. The
    /// reference implementation does so, and its offsets are the contract.
    /// </summary>
    private static ModelToken[] Place(ReadOnlySpan<char> word, SymbolChain symbols)
    {
        var tokens = new ModelToken[symbols.Count];
        int token = 0;
        int byteStart = 0;
        int unit = 0;
        int unitByte = 0;
        foreach ((int id, int byteLength) in symbols)
        {
            int byteEnd = byteStart + byteLength;
            Skip(word, ref unit, ref unitByte, byteStart, out int length);
            int start = unit;
            Skip(word, ref unit, ref unitByte, Math.Max(byteStart, byteEnd - 1), out length);
            tokens[token++] = new ModelToken(id, start, Math.Min(word.Length, unit + length));
            byteStart = byteEnd;
        }

        return tokens;
    }

    /// <summary>Moves to the character that holds a byte.</summary>
    private static void Skip(ReadOnlySpan<char> word, ref int unit, ref int unitByte, int target, out int length)
    {
        length = 0;
        while (unit < word.Length)
        {
            Rune rune = UnicodeClass.At(word, unit, out length);
            if (unitByte + rune.Utf8SequenceLength > target)
            {
                return;
            }

            unit += length;
            unitByte += rune.Utf8SequenceLength;
        }
    }
}
