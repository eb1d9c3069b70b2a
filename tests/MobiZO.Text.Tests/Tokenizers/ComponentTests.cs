using MobiZO.TestKit;
using MobiZO.Text.Tests.Tokenizers.Fixtures;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Loading;
using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tests.Tokenizers;

/// <summary>Single normalizers, pre-tokenizers and decoders against the Hugging Face tokenizers library 0.23.3.</summary>
public sealed class ComponentTests
{
    private const string Folder = Suite.Folder + "/components";

    [Fact]
    public void Normalizers() =>
        Check(
            "normalizers",
            190,
            (vector, config) =>
            {
                Piece normalized = NormalizerReader.Read(config).Normalize(Whole(vector.Text("input")));
                return Vector.Difference("output", vector.Text("output"), normalized.Span.ToString());
            }
        );

    [Fact]
    public void PreTokenizers() =>
        Check(
            "pre_tokenizers",
            320,
            (vector, config) =>
            {
                string input = vector.Text("input");
                IPreTokenizer preTokenizer = PreTokenizerReader.Read(config);
                var parts = new List<Piece>();
                if (input.Length > 0)
                {
                    preTokenizer.Split(Whole(input), parts);
                }

                var expected = vector
                    .Get("output")
                    .EnumerateArray()
                    .Select(part =>
                        (Text: part[0].GetString()!, Start: Units(input, part[1][0].GetInt32()), End: Units(input, part[1][1].GetInt32()))
                    );
                var found = parts.Select(part =>
                {
                    (int start, int end) = part.OriginalRange(0, part.Span.Length);
                    return (Text: part.Span.ToString(), Start: start, End: end);
                });
                return Vector.Difference("parts", expected.ToArray(), found.ToArray());
            }
        );

    [Fact]
    public void Decoders() =>
        Check(
            "decoders",
            317,
            (vector, config) =>
                Vector.Difference(
                    "output",
                    vector.Text("output"),
                    string.Concat(DecoderReader.Read(config).Decode([.. vector.Texts("tokens")]))
                )
        );

    private static void Check(string kind, int count, Func<Vector, ConfigNode, string?> check)
    {
        List<Vector> vectors = Vector.ReadAll(Shared.PathOf(Folder, $"{kind}.jsonl"));
        Vector.CheckAll(
            vectors,
            vector =>
                check(vector, ConfigNode.Root(kind, vector.Get("config"))) is { } problem
                    ? $"{vector.Get("config").GetRawText()} {problem}"
                    : null
        );
        Assert.Equal(count, vectors.Count);
    }

    private static Piece Whole(string text) => Piece.Whole(AlignedText.Original(text), 0);

    private static int Units(string text, int codePoints) => text.EnumerateRunes().Take(codePoints).Sum(rune => rune.Utf16SequenceLength);
}
