using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Splits at the matches of a pattern (or at what lies between them, when inverted).</summary>
internal sealed class PatternSplit(ITextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> parts)
    {
        bool wanted = !invert;
        if (behavior is SplitBehavior.Isolated or SplitBehavior.Removed)
        {
            SplitInPlace(piece, parts, wanted);
            return;
        }

        List<Segment> segments = pattern.Segments(piece.Span);
        segments = behavior switch
        {
            SplitBehavior.MergedWithPrevious => MergeWithPrevious(segments, wanted),
            SplitBehavior.MergedWithNext => MergeWithNext(segments, wanted),
            _ => MergeNeighbours(segments, wanted),
        };
        foreach (Segment segment in segments)
        {
            if (segment.End > segment.Start)
            {
                parts.Add(piece.Slice(segment.Start, segment.End));
            }
        }
    }

    private void SplitInPlace(Piece piece, List<Piece> parts, bool wanted)
    {
        var walk = new SegmentWalk(pattern, piece.Span);
        while (walk.MoveNext())
        {
            Segment segment = walk.Current;
            bool isDropped = behavior == SplitBehavior.Removed && segment.IsMatch == wanted;
            if (segment.End > segment.Start && !isDropped)
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
