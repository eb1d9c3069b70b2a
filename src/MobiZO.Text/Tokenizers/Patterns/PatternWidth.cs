namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>How many code points an expression takes, where that is always the same.</summary>
internal static class PatternWidth
{
    /// <summary>The number, or null when matches differ in it.</summary>
    public static int? Of(PatternNode node) =>
        node switch
        {
            PatternNode.OneOf => 1,
            PatternNode.Concatenation concatenation => concatenation.Parts.Aggregate((int?)0, (sum, part) => sum + Of(part)),
            PatternNode.Alternation alternation => alternation.Choices.Select(Of).Distinct().ToArray() is [var only] ? only : null,
            PatternNode.Repetition repetition when repetition.Minimum == repetition.Maximum => repetition.Minimum * Of(repetition.Body),
            PatternNode.Repetition => null,
            PatternNode.Atomic atomic => Of(atomic.Body),
            _ => 0,
        };
}
