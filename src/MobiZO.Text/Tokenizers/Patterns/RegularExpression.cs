using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>
/// A backtracking regular expression over code points. The platform's own expressions see UTF-16 code units. Their classes miss every
/// character above U+FFFF, and a tokenizer's must not.
/// </summary>
internal sealed class RegularExpression : ITextPattern
{
    // About a second. Expressions of published tokenizers go back a few times a character.
    private const long MostFailures = 100_000_000;

    private readonly string _pattern;
    private readonly PatternInstruction[] _steps;

    /// <summary>Parses and compiles an expression.</summary>
    /// <exception cref="PatternException">The expression is broken or uses something unsupported.</exception>
    public RegularExpression(string pattern) => (_pattern, _steps) = (pattern, PatternCompiler.Compile(PatternParser.Parse(pattern)));

    public (int Start, int End) Find(ReadOnlySpan<char> text, int from)
    {
        BacktrackStack backtracks = BacktrackStack.Rent();
        (int Start, int End) found = (-1, -1);
        for (int start = from; start <= text.Length; start += start < text.Length && char.IsHighSurrogate(text[start]) ? 2 : 1)
        {
            int end = Match(text, start, 0, backtracks);
            if (end >= 0)
            {
                found = (start, end);
                break;
            }
        }

        backtracks.Return();
        return found;
    }

    private int Match(ReadOnlySpan<char> text, int position, int step, BacktrackStack backtracks)
    {
        int floor = backtracks.Count;
        while (true)
        {
            ref readonly PatternInstruction current = ref _steps[step];
            bool alive;
            switch (current.Kind)
            {
                case PatternInstructionKind.Accept:
                    backtracks.CutTo(floor);
                    return position;
                case PatternInstructionKind.One:
                    int length = Consume(text, position, current.Set!);
                    position += length;
                    step++;
                    alive = length > 0;
                    break;
                case PatternInstructionKind.Many:
                    alive = Repeat(text, ref position, step, current, backtracks);
                    step++;
                    break;
                case PatternInstructionKind.Fork when current.Set is { } first && Consume(text, position, first) == 0:
                    step = current.Second;
                    alive = true;
                    break;
                case PatternInstructionKind.Fork:
                    backtracks.Push(new Backtrack(current.Second, position, position));
                    step = current.First;
                    alive = true;
                    break;
                case PatternInstructionKind.Jump:
                    step = current.First;
                    alive = true;
                    break;
                case PatternInstructionKind.Look or PatternInstructionKind.Behind or PatternInstructionKind.Atomic:
                    alive = RunInside(text, ref position, step, current, backtracks);
                    step = current.First;
                    break;
                default:
                    alive = IsAt(text, position, current.Anchor);
                    step++;
                    break;
            }

            if (alive)
            {
                continue;
            }

            if (backtracks.Count <= floor)
            {
                return -1;
            }

            if (++backtracks.Failures > MostFailures)
            {
                throw new TokenizerException(
                    $"The expression '{_pattern}' of the tokenizer tries too many ways to read a text of {text.Length} characters that begins "
                        + $"with '{text[..Math.Min(text.Length, 20)]}'. Cut the text, or mend the expression: a repetition of a repetition "
                        + "tries them all."
                );
            }

            (step, position) = TakeBack(text, backtracks);
        }
    }

    /// <summary>Runs the steps behind this one on their own; only an atomic group moves on.</summary>
    private bool RunInside(ReadOnlySpan<char> text, ref int position, int step, in PatternInstruction current, BacktrackStack backtracks)
    {
        int start = current.Kind == PatternInstructionKind.Behind ? StepBack(text, position, current.Second) : position;
        int end = start < 0 ? -1 : Match(text, start, step + 1, backtracks);
        if (current.Kind == PatternInstructionKind.Atomic && end >= 0)
        {
            position = end;
        }

        return end >= 0 != current.Flag;
    }

    /// <summary>The place so many code points before, or -1.</summary>
    private static int StepBack(ReadOnlySpan<char> text, int position, int codePoints)
    {
        for (int count = 0; count < codePoints; count++)
        {
            if (position == 0)
            {
                return -1;
            }

            position -= char.IsLowSurrogate(text[position - 1]) ? 2 : 1;
        }

        return position;
    }

    /// <summary>Goes back after a failure. A repetition gives back one character at a time, a fork takes its other way.</summary>
    private static (int Step, int Position) TakeBack(ReadOnlySpan<char> text, BacktrackStack backtracks)
    {
        Backtrack back = backtracks.Pop();
        int position = back.Position;
        if (position > back.Floor)
        {
            position -= char.IsLowSurrogate(text[position - 1]) ? 2 : 1;
            if (position > back.Floor)
            {
                backtracks.Push(back with { Position = position });
            }
        }

        return (back.Step, position);
    }

    private static bool Repeat(
        ReadOnlySpan<char> text,
        ref int position,
        int step,
        in PatternInstruction current,
        BacktrackStack backtracks
    )
    {
        int count = 0;
        int floor = position;
        while (count < current.Second)
        {
            int length = Consume(text, position, current.Set!);
            if (length == 0)
            {
                break;
            }

            position += length;
            count++;
            if (count == current.First)
            {
                floor = position;
            }
        }

        if (count < current.First)
        {
            return false;
        }

        if (!current.Flag && position > floor)
        {
            backtracks.Push(new Backtrack(step + 1, position, floor));
        }

        return true;
    }

    private static int Consume(ReadOnlySpan<char> text, int position, CodePointSet set)
    {
        if (position >= text.Length)
        {
            return 0;
        }

        char unit = text[position];
        if (!char.IsHighSurrogate(unit) || position + 1 >= text.Length)
        {
            return set.Contains(unit) ? 1 : 0;
        }

        return set.Contains(char.ConvertToUtf32(unit, text[position + 1])) ? 2 : 0;
    }

    private static bool IsAt(ReadOnlySpan<char> text, int position, AnchorKind anchor) =>
        anchor switch
        {
            AnchorKind.LineStart => position == 0 || text[position - 1] == '\n',
            AnchorKind.LineEnd => position == text.Length || text[position] == '\n',
            AnchorKind.TextStart => position == 0,
            AnchorKind.TextEnd => position == text.Length,
            AnchorKind.WordBorder => IsWordBehind(text, position) != IsWordAhead(text, position),
            _ => IsWordBehind(text, position) == IsWordAhead(text, position),
        };

    private static bool IsWordBehind(ReadOnlySpan<char> text, int position)
    {
        Rune.DecodeLastFromUtf16(text[..position], out Rune rune, out _);
        return position > 0 && UnicodeClass.IsPatternWord(rune);
    }

    private static bool IsWordAhead(ReadOnlySpan<char> text, int position) =>
        position < text.Length && UnicodeClass.IsPatternWord(UnicodeClass.At(text, position, out _));
}
