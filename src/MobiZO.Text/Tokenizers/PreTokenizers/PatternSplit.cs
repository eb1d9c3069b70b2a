using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Splits at the matches of a pattern (or at what lies between them, when inverted).</summary>
internal sealed class PatternSplit(ITextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> parts)
    {
        List<Segment> segments = pattern.Segments(piece.Span);
        bool wanted = !invert;
        switch (behavior)
        {
            case SplitBehavior.Removed:
                segments.RemoveAll(segment => segment.IsMatch == wanted);
                break;
            case SplitBehavior.MergedWithPrevious:
                segments = MergeWithPrevious(segments, wanted);
                break;
            case SplitBehavior.MergedWithNext:
                segments = MergeWithNext(segments, wanted);
                break;
            case SplitBehavior.Contiguous:
                segments = MergeNeighbours(segments, wanted);
                break;
        }

        foreach (Segment segment in segments)
        {
            if (segment.End > segment.Start)
            {
                parts.Add(piece.Slice(segment.Start, segment.End));
            }
        }
    }

    private static List<Segment> MergeWithPrevious(List<Segment> segments, bool wanted)
    {
        var merged = new List<Segment>();
        bool previousMatched = false;
        foreach (Segment segment in segments)
        {
            bool matched = segment.IsMatch == wanted;
            if (matched && !previousMatched && merged.Count > 0)
            {
                merged[^1] = merged[^1] with { End = segment.End };
            }
            else
            {
                merged.Add(segment);
            }

            previousMatched = matched;
        }

        return merged;
    }

    private static List<Segment> MergeWithNext(List<Segment> segments, bool wanted)
    {
        var merged = new List<Segment>();
        bool nextMatched = false;
        foreach (Segment segment in Enumerable.Reverse(segments))
        {
            bool matched = segment.IsMatch == wanted;
            if (matched && !nextMatched && merged.Count > 0)
            {
                merged[^1] = merged[^1] with { Start = segment.Start };
            }
            else
            {
                merged.Add(segment);
            }

            nextMatched = matched;
        }

        merged.Reverse();
        return merged;
    }

    private static List<Segment> MergeNeighbours(List<Segment> segments, bool wanted)
    {
        var merged = new List<Segment>();
        bool previousMatched = false;
        foreach (Segment segment in segments)
        {
            bool matched = segment.IsMatch == wanted;
            if (matched == previousMatched && merged.Count > 0)
            {
                merged[^1] = merged[^1] with { End = segment.End };
            }
            else
            {
                merged.Add(segment);
            }

            previousMatched = matched;
        }

        return merged;
    }
}
