namespace MobiZO.Text.Tokenizers.Writing;

/// <summary>Texts in which tokens of one score meet, beside each other and over each other.</summary>
internal static class TiedTexts
{
    // Every two of so many tokens are tried.
    private const int MostPairs = 64;
    private const int MixedTexts = 2_000;
    private const int MixedParts = 16;

    /// <summary>The texts, in the spelling of the vocabulary.</summary>
    /// <param name="tied">The tokens.</param>
    public static IEnumerable<string> Of(IReadOnlyList<string> tied)
    {
        string[] some = [.. tied.Take(MostPairs)];
        IEnumerable<string> characters = tied.SelectMany(token => token.EnumerateRunes()).Distinct().Select(rune => rune.ToString());
        return tied.SelectMany(token => new[] { token, token + token, token + token + token })
            .Concat(some.SelectMany(first => some.SelectMany(second => Joined(first, second))))
            .Concat(Mixed([.. tied, .. characters]));
    }

    /// <summary>One behind the other, and every way in which the end of the first is the beginning of the second.</summary>
    private static IEnumerable<string> Joined(string first, string second) =>
        Enumerable
            .Range(0, Math.Min(first.Length, second.Length))
            .Where(shared => first.EndsWith(second[..shared], StringComparison.Ordinal))
            .Select(shared => first + second[shared..]);

    private static IEnumerable<string> Mixed(string[] parts)
    {
        // Always the same texts: what is written today is written tomorrow.
        var random = new Random(parts.Length);
        return Enumerable.Range(0, MixedTexts).Select(_ => string.Concat(random.GetItems(parts, MixedParts)));
    }
}
