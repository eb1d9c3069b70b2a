using System.Text;

namespace MobiZO.Text.Tokenizers.Alignment;

/// <summary>The 256 printable characters that stand for bytes in byte-level vocabularies.</summary>
internal static class ByteAlphabet
{
    /// <summary>What a space is written as.</summary>
    public const char Space = '\u0120';

    private static readonly char[] s_characters = BuildCharacters();
    private static readonly short[] s_bytes = BuildBytes(s_characters);

    public static char Character(byte value) => s_characters[value];

    /// <summary>The byte a character stands for, or -1.</summary>
    public static int Byte(char character) => character < s_bytes.Length ? s_bytes[character] : -1;

    /// <summary>Writes a piece in the byte alphabet; every byte of a character keeps the range of the whole character.</summary>
    public static Piece Encode(Piece piece)
    {
        ReadOnlySpan<char> text = piece.Span;
        if (Ascii.IsValid(text))
        {
            string same = string.Create(
                text.Length,
                piece,
                (target, source) =>
                {
                    for (int index = 0; index < target.Length; index++)
                    {
                        target[index] = s_characters[source.Span[index]];
                    }
                }
            );
            return Piece.Whole(AlignedText.SameShape(same, piece.Text, piece.Start), piece.Origin);
        }

        var builder = new PieceBuilder(piece);
        Span<byte> bytes = stackalloc byte[4];
        for (int index = 0; index < text.Length; )
        {
            Rune.DecodeFromUtf16(text[index..], out Rune rune, out int length);
            (int Start, int End) original = piece.OriginalRange(index, index + length);
            foreach (byte value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                builder.Append(s_characters[value], original);
            }

            index += length;
        }

        return builder.Build();
    }

    private static char[] BuildCharacters()
    {
        var characters = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = printable ? (char)value : (char)next++;
        }

        return characters;
    }

    private static short[] BuildBytes(char[] characters)
    {
        var bytes = new short[512];
        Array.Fill(bytes, (short)-1);
        for (int value = 0; value < 256; value++)
        {
            bytes[characters[value]] = (short)value;
        }

        return bytes;
    }
}
