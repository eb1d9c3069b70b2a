using System.Buffers.Binary;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>
/// The compiled rules of a SentencePiece model (<c>precompiled_charsmap</c>): a double-array trie over bytes of UTF-8 whose values are
/// places in a list of replacements.
/// </summary>
/// <remarks>
/// Little-endian: the trie's length in bytes; its units, 32 bits each; the replacements, each ended by a zero byte. Bits of a unit: 0-7 and
/// 31 the label, 8 whether a value follows, 9 whether the offset in bits 10-30 counts in steps of 256; of a value: 0-30.
/// </remarks>
internal sealed class CharacterMap
{
    private const int UnitSize = 4;
    private const int ValueFollows = 1 << 8;
    private const int ScaledOffset = 1 << 9;
    private const uint Label = (1u << 31) | 0xFF;

    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly string?[] _ascii = new string?[0x80];

    private CharacterMap(uint[] units, byte[] replacements)
    {
        _units = units;
        _replacements = replacements;
        Span<byte> one = stackalloc byte[1];
        for (int value = 0; value < _ascii.Length; value++)
        {
            one[0] = (byte)value;
            _ascii[value] = FindBytes(one);
        }
    }

    /// <summary>Reads the compiled rules; null when they are cut off or hold no trie.</summary>
    public static CharacterMap? Read(byte[] content)
    {
        uint size = content.Length < UnitSize ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(content);
        if (size < UnitSize || size > content.Length - UnitSize)
        {
            return null;
        }

        var units = new uint[size / UnitSize];
        for (int index = 0; index < units.Length; index++)
        {
            units[index] = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(UnitSize * (index + 1)));
        }

        byte[] replacements = content[(UnitSize * (units.Length + 1))..];
        return System.Text.Unicode.Utf8.IsValid(replacements) ? new CharacterMap(units, replacements) : null;
    }

    /// <summary>What replaces a text, by the shortest rule that it begins with; null when there is none.</summary>
    /// <param name="text">At most a few characters.</param>
    public string? Find(ReadOnlySpan<char> text)
    {
        if (text.Length == 1 && text[0] < _ascii.Length)
        {
            return _ascii[text[0]];
        }

        Span<byte> bytes = stackalloc byte[3 * text.Length];
        return FindBytes(bytes[..System.Text.Encoding.UTF8.GetBytes(text, bytes)]);
    }

    private string? FindBytes(ReadOnlySpan<byte> text)
    {
        uint node = Offset(_units[0]);
        foreach (byte value in text)
        {
            node ^= value;
            if (value == 0 || node >= _units.Length || (_units[node] & Label) != value)
            {
                return null;
            }

            uint unit = _units[node];
            node ^= Offset(unit);
            if ((unit & ValueFollows) != 0)
            {
                return node < _units.Length ? Replacement(_units[node] & int.MaxValue) : null;
            }
        }

        return null;
    }

    private string? Replacement(uint start)
    {
        if (start > _replacements.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = _replacements.AsSpan((int)start);
        int end = rest.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & ScaledOffset) >> 6);
}
