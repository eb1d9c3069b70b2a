using System.Text;

namespace MobiZO.Text.Tokenizers.Alignment;

/// <summary>A rewritten text that remembers, for every UTF-16 code unit, the range of the original text it came from.</summary>
internal sealed class AlignedText
{
    private readonly int[]? _starts;
    private readonly int[]? _ends;
    private readonly int _shift;

    private AlignedText(string value, int[]? starts, int[]? ends, int shift)
    {
        Value = value;
        _starts = starts;
        _ends = ends;
        _shift = shift;
    }

    public string Value { get; }

    /// <summary>The text itself. Lone surrogates become U+FFFD, so that everything after it deals with whole code points.</summary>
    public static AlignedText Original(string text) => new(ReplaceLoneSurrogates(text), null, null, 0);

    /// <summary>
    /// A text as long as the window of <paramref name="source"/>. Each of its units stands where the window's unit stood.
    /// </summary>
    public static AlignedText SameShape(string value, AlignedText source, int start)
    {
        int end = start + value.Length;
        return new AlignedText(value, source._starts?[start..end], source._ends?[start..end], source._shift + start);
    }

    public static AlignedText FromParts(string value, int[] starts, int[] ends) => new(value, starts, ends, 0);

    public int OriginalStart(int index) => _starts is null ? index + _shift : _starts[index];

    public int OriginalEnd(int index) => _ends is null ? index + 1 + _shift : _ends[index];

    private static string ReplaceLoneSurrogates(string text)
    {
        int bad = FindLoneSurrogate(text, 0);
        if (bad < 0)
        {
            return text;
        }

        var clean = new StringBuilder(text);
        for (; bad >= 0; bad = FindLoneSurrogate(text, bad + 1))
        {
            clean[bad] = '\uFFFD';
        }

        return clean.ToString();
    }

    private static int FindLoneSurrogate(string text, int from)
    {
        int index = from;
        while (true)
        {
            int found = text.AsSpan(index).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (found < 0)
            {
                return -1;
            }

            index += found;
            if (index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]))
            {
                index += 2;
                continue;
            }

            return index;
        }
    }
}
