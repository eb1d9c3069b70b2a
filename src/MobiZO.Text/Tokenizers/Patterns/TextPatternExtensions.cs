using System.Text;

namespace MobiZO.Text.Tokenizers.Patterns;

internal static class TextPatternExtensions
{
    /// <summary>Cuts a text into its matches and what lies between them; nothing is left out.</summary>
    public static List<Segment> Segments(this ITextPattern pattern, ReadOnlySpan<char> text)
    {
        var segments = new List<Segment>();
        int covered = 0;
        int from = 0;
        int lastEnd = -1;
        while (from <= text.Length)
        {
            (int start, int end) = pattern.Find(text, from);
            if (start < 0)
            {
                break;
            }

            if (start == end && start == lastEnd)
            {
                // An empty match right behind a match does not count; look one code point further.
                if (start >= text.Length)
                {
                    break;
                }

                from = start + CodePointLength(text, start);
                lastEnd = -1;
                continue;
            }

            if (start > covered)
            {
                segments.Add(new Segment(covered, start, false));
            }

            segments.Add(new Segment(start, end, true));
            covered = end;
            from = end;
            lastEnd = end;
        }

        if (covered < text.Length)
        {
            segments.Add(new Segment(covered, text.Length, false));
        }

        return segments;
    }

    private static int CodePointLength(ReadOnlySpan<char> text, int index)
    {
        Rune.DecodeFromUtf16(text[index..], out _, out int length);
        return length;
    }
}
