using System.Text;
using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Replaces every match of a pattern in every stretch.</summary>
internal sealed class ReplaceDecoder(ITextPattern pattern, string content) : IDecoder
{
    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(Replace);

    private string Replace(string token)
    {
        if (pattern.Find(token, 0).Start < 0)
        {
            return token;
        }

        var text = new StringBuilder(token.Length);
        foreach (Segment segment in pattern.Segments(token))
        {
            text.Append(segment.IsMatch ? content : token.AsSpan(segment.Start, segment.End - segment.Start));
        }

        return text.ToString();
    }
}
