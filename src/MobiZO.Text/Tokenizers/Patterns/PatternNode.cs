namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>The syntax tree of a regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>Whether the node can match the empty string.</summary>
    public abstract bool CanBeEmpty { get; }

    /// <summary>One code point out of a set.</summary>
    internal sealed record OneOf(CodePointSet Set) : PatternNode
    {
        public override bool CanBeEmpty => false;
    }

    /// <summary>One after the other.</summary>
    internal sealed record Concatenation(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public override bool CanBeEmpty => Parts.All(part => part.CanBeEmpty);
    }

    /// <summary>The first alternative that leads to a match.</summary>
    internal sealed record Alternation(IReadOnlyList<PatternNode> Choices) : PatternNode
    {
        public override bool CanBeEmpty => Choices.Any(choice => choice.CanBeEmpty);
    }

    /// <summary>Between Minimum and Maximum times.</summary>
    internal sealed record Repetition(PatternNode Body, int Minimum, int Maximum, bool Lazy, bool Possessive) : PatternNode
    {
        public override bool CanBeEmpty => Minimum == 0 || Body.CanBeEmpty;
    }

    /// <summary>What follows must match (or must not), without being consumed.</summary>
    internal sealed record LookAhead(PatternNode Body, bool Negated) : PatternNode
    {
        public override bool CanBeEmpty => true;
    }

    /// <summary>A place in the text rather than a character.</summary>
    internal sealed record Anchor(AnchorKind Kind) : PatternNode
    {
        public override bool CanBeEmpty => true;
    }
}
