namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>The steps of a compiled regular expression.</summary>
internal enum PatternInstructionKind
{
    /// <summary>Consume one code point of the set.</summary>
    One,

    /// <summary>Consume as many code points of the set as allowed, giving back on failure.</summary>
    Many,

    /// <summary>Try First, then Second.</summary>
    Fork,

    /// <summary>Go to First.</summary>
    Jump,

    /// <summary>Run the steps behind until <see cref="Accept"/> without consuming; then go to First.</summary>
    Look,

    /// <summary>Go back Second code points, run the steps behind until <see cref="Accept"/>, return; then go to First.</summary>
    Behind,

    /// <summary>Run the steps behind until <see cref="Accept"/> and keep what they consumed; then go to First.</summary>
    Atomic,

    /// <summary>Ask for a place.</summary>
    Anchor,

    /// <summary>The (sub)expression matched.</summary>
    Accept,
}
