namespace MobiZO.Text.Tokenizers;

/// <summary>The result of encoding one text.</summary>
/// <param name="Ids">Token ids, in order.</param>
/// <param name="Offsets">
/// For each token its half-open range of UTF-16 code units in the text. It is (0, 0) for a token that the post-processor added.
/// </param>
public sealed record Encoding(int[] Ids, (int Start, int End)[] Offsets);
