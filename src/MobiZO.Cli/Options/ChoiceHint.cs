using MobiZO.Data;

namespace MobiZO.Cli.Options;

/// <summary>Label words that would be glued to the prompt are allowed, but seldom meant.</summary>
internal static class ChoiceHint
{
    public static string? For(DataOptions data)
    {
        // @letters is a name and no word; the letters get the space that the prompt needs.
        var words = data.Choices ?? (LabelWord.AreLetters(data.LabelWords) ? null : data.LabelWords?.Select(word => word.Word).ToArray());
        if (words is null || words.All(word => word.Length == 0 || char.IsWhiteSpace(word[0])) || EndsInSpace(data.Template))
        {
            return null;
        }

        var end = data.Template is { Length: > 0 } template ? $"'...{template[^Math.Min(12, template.Length)..]}'" : "the text";
        var first = words.First(word => word.Length > 0 && !char.IsWhiteSpace(word[0]));
        return $"the word '{first}' follows {end} without a space; if one is meant, write it: \" {first}\".";
    }

    private static bool EndsInSpace(string? template) =>
        template is { Length: > 0 }
        && (
            char.IsWhiteSpace(template[^1])
            || template.EndsWith("\\n", StringComparison.Ordinal)
            || template.EndsWith("\\t", StringComparison.Ordinal)
        );
}
