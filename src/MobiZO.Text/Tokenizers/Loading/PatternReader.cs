using MobiZO.Text.Tokenizers.Patterns;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    public static ITextPattern Read(ConfigNode node)
    {
        if (node.Find("String") is { } literal)
        {
            return new LiteralPattern(literal.AsText());
        }

        if (node.Find("Regex") is not { } expression)
        {
            throw node.Broken("expected a pattern with the key 'String' or 'Regex'");
        }

        try
        {
            return new RegularExpression(expression.AsText());
        }
        catch (PatternException problem)
        {
            throw expression.Unsupported($"the regular expression '{expression.AsText()}' ({problem.Message})");
        }
    }
}
