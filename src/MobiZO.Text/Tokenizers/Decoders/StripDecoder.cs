using System.Text;

namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Cuts up to so many of one character off the ends of every stretch.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : IDecoder
{
    private readonly string _content = content.ToString();

    public List<string> Decode(List<string> tokens) => tokens.ConvertAll(Strip);

    private string Strip(string token)
    {
        ReadOnlySpan<char> rest = token;
        for (int count = 0; count < start && rest.StartsWith(_content, StringComparison.Ordinal); count++)
        {
            rest = rest[_content.Length..];
        }

        for (int count = 0; count < stop && rest.EndsWith(_content, StringComparison.Ordinal); count++)
        {
            rest = rest[..^_content.Length];
        }

        return rest.ToString();
    }
}
