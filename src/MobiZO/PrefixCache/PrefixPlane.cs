namespace MobiZO.PrefixCache;

/// <summary>One part of what is kept of a token sequence of T tokens: [heads, T, width] numbers.</summary>
/// <param name="Output">The output of a prefix program that it comes from.</param>
/// <param name="Input">The input of a step that it goes to.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Width">Numbers of a token in one head.</param>
/// <param name="IsHidden">Hidden states, of which a step is given the tokens of its rows; otherwise keys or values, of which it is given
/// those before them.</param>
internal sealed record PrefixPlane(string Output, string Input, int Heads, int Width, bool IsHidden)
{
    /// <summary>Numbers kept of one token.</summary>
    public int ValuesPerToken => Heads * Width;

    /// <summary>The shape of the input for a batch.</summary>
    public int[] InputShape(int count, int tokens) => IsHidden ? [count, tokens, Width] : [count, Heads, tokens, Width];
}
