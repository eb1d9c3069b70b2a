namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Turns the tree of a regular expression into steps.</summary>
internal sealed class PatternCompiler
{
    private const int MaximumSteps = 20_000;

    private readonly List<PatternInstruction> _steps = [];

    public static PatternInstruction[] Compile(PatternNode node)
    {
        var compiler = new PatternCompiler();
        compiler.Emit(node);
        compiler.Add(new PatternInstruction(PatternInstructionKind.Accept));
        return [.. compiler._steps];
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.OneOf one:
                Add(new PatternInstruction(PatternInstructionKind.One, one.Set));
                break;
            case PatternNode.Concatenation concatenation:
                foreach (PatternNode part in concatenation.Parts)
                {
                    Emit(part);
                }

                break;
            case PatternNode.Alternation alternation:
                EmitAlternation(alternation);
                break;
            case PatternNode.Repetition repetition:
                EmitRepetition(repetition);
                break;
            case PatternNode.LookAhead look:
                EmitInside(look.Body, end => new PatternInstruction(PatternInstructionKind.Look, First: end, Flag: look.Negated));
                break;
            case PatternNode.LookBehind look:
                EmitInside(
                    look.Body,
                    end => new PatternInstruction(PatternInstructionKind.Behind, First: end, Second: look.Width, Flag: look.Negated)
                );
                break;
            case PatternNode.Atomic atomic:
                EmitInside(atomic.Body, end => new PatternInstruction(PatternInstructionKind.Atomic, First: end));
                break;
            case PatternNode.Anchor anchor:
                Add(new PatternInstruction(PatternInstructionKind.Anchor, Anchor: anchor.Kind));
                break;
        }
    }

    /// <summary>Emits steps that run on their own, behind the one that runs them.</summary>
    private void EmitInside(PatternNode body, Func<int, PatternInstruction> runner)
    {
        int at = Add(default);
        Emit(body);
        Add(new PatternInstruction(PatternInstructionKind.Accept));
        _steps[at] = runner(_steps.Count);
    }

    private void EmitAlternation(PatternNode.Alternation alternation)
    {
        var jumps = new List<int>();
        for (int choice = 0; choice < alternation.Choices.Count - 1; choice++)
        {
            int fork = Add(default);
            Emit(alternation.Choices[choice]);
            jumps.Add(Add(default));
            PatternNode node = alternation.Choices[choice];
            CodePointSet? first = node.CanBeEmpty ? null : node.First;
            _steps[fork] = new PatternInstruction(PatternInstructionKind.Fork, first, First: fork + 1, Second: _steps.Count);
        }

        Emit(alternation.Choices[^1]);
        foreach (int jump in jumps)
        {
            _steps[jump] = new PatternInstruction(PatternInstructionKind.Jump, First: _steps.Count);
        }
    }

    private void EmitRepetition(PatternNode.Repetition repetition)
    {
        (PatternNode body, int minimum, int maximum, bool lazy, bool possessive) = repetition;
        if (Single(body) is { } set && !lazy)
        {
            Add(new PatternInstruction(PatternInstructionKind.Many, set, minimum, maximum, possessive));
            return;
        }

        if (possessive)
        {
            Emit(new PatternNode.Atomic(repetition with { Possessive = false }));
            return;
        }

        for (int count = 0; count < minimum; count++)
        {
            Emit(body);
        }

        if (maximum == int.MaxValue)
        {
            int fork = Add(default);
            Emit(body);
            Add(new PatternInstruction(PatternInstructionKind.Jump, First: fork));
            _steps[fork] = Fork(fork + 1, _steps.Count, lazy);
            return;
        }

        var forks = new List<int>();
        for (int count = minimum; count < maximum; count++)
        {
            forks.Add(Add(default));
            Emit(body);
        }

        foreach (int fork in forks)
        {
            _steps[fork] = Fork(fork + 1, _steps.Count, lazy);
        }
    }

    private static PatternInstruction Fork(int repeat, int leave, bool lazy) =>
        lazy
            ? new PatternInstruction(PatternInstructionKind.Fork, First: leave, Second: repeat)
            : new PatternInstruction(PatternInstructionKind.Fork, First: repeat, Second: leave);

    private static CodePointSet? Single(PatternNode node) =>
        node switch
        {
            PatternNode.OneOf one => one.Set,
            PatternNode.Concatenation { Parts: [PatternNode.OneOf one] } => one.Set,
            _ => null,
        };

    private int Add(PatternInstruction step)
    {
        if (_steps.Count >= MaximumSteps)
        {
            throw new PatternException("the expression is too large");
        }

        _steps.Add(step);
        return _steps.Count - 1;
    }
}
