namespace MobiZO.Text.Tokenizers.Alignment;

/// <summary>
/// A window of an aligned text on its way through the pipeline. It is a token already when <see cref="TokenId"/> is not negative.
/// </summary>
/// <param name="Text">The text the window looks at.</param>
/// <param name="Start">First code unit of the window.</param>
/// <param name="End">One past its last code unit.</param>
/// <param name="Origin">Where the original text of this piece begins, also when characters at the front were stripped.</param>
/// <param name="TokenId">The added token this piece is, or -1.</param>
internal readonly record struct Piece(AlignedText Text, int Start, int End, int Origin, int TokenId = -1)
{
    public ReadOnlySpan<char> Span => Text.Value.AsSpan(Start, End - Start);

    public bool IsEmpty => End <= Start;

    /// <summary>The range of the original text behind units [start, end) of this piece, counted from its beginning.</summary>
    public (int Start, int End) OriginalRange(int start, int end) =>
        end <= start ? (Origin, Origin) : (Text.OriginalStart(Start + start), Text.OriginalEnd(Start + end - 1));

    /// <summary>A part of this piece, [start, end) counted from its beginning.</summary>
    public Piece Slice(int start, int end) =>
        new(Text, Start + start, Start + end, end > start ? Text.OriginalStart(Start + start) : Origin);

    public static Piece Whole(AlignedText text, int origin) => new(text, 0, text.Value.Length, origin);
}
