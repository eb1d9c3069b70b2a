using System.Text;

namespace MobiZO.Text.Tokenizers.Alignment;

/// <summary>Rewrites a piece code point by code point and keeps the alignment to the original.</summary>
internal sealed class PieceBuilder(Piece source)
{
    private readonly StringBuilder _text = new(source.End - source.Start + 8);
    private readonly List<int> _starts = new(source.End - source.Start + 8);
    private readonly List<int> _ends = new(source.End - source.Start + 8);

    public int Length => _text.Length;

    /// <summary>Copies units [start, end) of the source with their alignment.</summary>
    public void Copy(int start, int end)
    {
        for (int index = start; index < end; index++)
        {
            Append(source.Text.Value[source.Start + index], source.OriginalRange(index, index + 1));
        }
    }

    /// <summary>Appends text that stands for one range of the original.</summary>
    public void Append(ReadOnlySpan<char> text, (int Start, int End) original)
    {
        foreach (char unit in text)
        {
            Append(unit, original);
        }
    }

    public void Append(char unit, (int Start, int End) original)
    {
        _text.Append(unit);
        _starts.Add(original.Start);
        _ends.Add(original.End);
    }

    public void Append(Rune rune, (int Start, int End) original)
    {
        Span<char> units = stackalloc char[2];
        Append(units[..rune.EncodeToUtf16(units)], original);
    }

    public Piece Build() => Piece.Whole(AlignedText.FromParts(_text.ToString(), [.. _starts], [.. _ends]), source.Origin);
}
