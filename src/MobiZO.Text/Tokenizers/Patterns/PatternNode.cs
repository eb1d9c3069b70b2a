namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>The syntax tree of a regular expression.</summary>
internal abstract record PatternNode
{
    /// <summary>Whether the node can match the empty string.</summary>
    public abstract bool CanBeEmpty { get; }

    /// <summary>What a match that is not empty may begin with (perhaps more than that); null: nothing.</summary>
    public abstract CodePointSet? First { get; }

    /// <summary>One code point out of a set.</summary>
    internal sealed record OneOf(CodePointSet Set) : PatternNode
    {
        public override bool CanBeEmpty => false;

        public override CodePointSet? First => Set;
    }

    /// <summary>One after the other.</summary>
    internal sealed record Concatenation(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public override bool CanBeEmpty => Parts.All(part => part.CanBeEmpty);

        public override CodePointSet? First => Union(Parts.Take(Parts.TakeWhile(part => part.CanBeEmpty).Count() + 1));
    }

    /// <summary>The first alternative that leads to a match.</summary>
    internal sealed record Alternation(IReadOnlyList<PatternNode> Choices) : PatternNode
    {
        public override bool CanBeEmpty => Choices.Any(choice => choice.CanBeEmpty);

        public override CodePointSet? First => Union(Choices);
    }

    /// <summary>Between Minimum and Maximum times.</summary>
    internal sealed record Repetition(PatternNode Body, int Minimum, int Maximum, bool Lazy, bool Possessive) : PatternNode
    {
        public override bool CanBeEmpty => Minimum == 0 || Body.CanBeEmpty;

        public override CodePointSet? First => Body.First;
    }

    /// <summary>What follows must match (or must not), without being consumed.</summary>
    internal sealed record LookAhead(PatternNode Body, bool Negated) : PatternNode
    {
        public override bool CanBeEmpty => true;

        public override CodePointSet? First => null;
    }

    /// <summary>What stands before must match (or must not). It has one length in code points.</summary>
    internal sealed record LookBehind(PatternNode Body, int Width, bool Negated) : PatternNode
    {
        public override bool CanBeEmpty => true;

        public override CodePointSet? First => null;
    }

    /// <summary>The first match of the body, which gives nothing back.</summary>
    internal sealed record Atomic(PatternNode Body) : PatternNode
    {
        public override bool CanBeEmpty => Body.CanBeEmpty;

        public override CodePointSet? First => Body.First;
    }

    /// <summary>A place in the text rather than a character.</summary>
    internal sealed record Anchor(AnchorKind Kind) : PatternNode
    {
        public override bool CanBeEmpty => true;

        public override CodePointSet? First => null;
    }

    private static CodePointSet? Union(IEnumerable<PatternNode> nodes)
    {
        CodePointSet[] sets = [.. nodes.Select(node => node.First).OfType<CodePointSet>()];
        return sets.Length == 0 ? null : sets.Aggregate(CodePointSet.Union);
    }
}
