namespace MobiZO.Text.Tokenizers.Patterns;

internal static class TextPatternExtensions
{
    /// <summary>Cuts a text into its matches and what lies between them; nothing is left out.</summary>
    public static List<Segment> Segments(this ITextPattern pattern, ReadOnlySpan<char> text)
    {
        var segments = new List<Segment>();
        var walk = new SegmentWalk(pattern, text);
        while (walk.MoveNext())
        {
            segments.Add(walk.Current);
        }

        return segments;
    }
}
