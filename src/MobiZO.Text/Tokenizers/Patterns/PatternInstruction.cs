namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>One step of a compiled regular expression.</summary>
/// <param name="Kind">What the step does.</param>
/// <param name="Set">The code points a consuming step accepts; of a fork: those without which First fails, or null.</param>
/// <param name="First">Where to go (jump, fork, end of a look-ahead), or the least number of repetitions.</param>
/// <param name="Second">Where to go when the first way fails, or the largest number of repetitions.</param>
/// <param name="Flag">Negated (look-ahead) or possessive (repetition).</param>
/// <param name="Anchor">The place asked for by an anchor.</param>
internal readonly record struct PatternInstruction(
    PatternInstructionKind Kind,
    CodePointSet? Set = null,
    int First = 0,
    int Second = 0,
    bool Flag = false,
    AnchorKind Anchor = default
);
