using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>
/// Parses the regular expressions of tokenizer files into a tree over code points. It knows the part of Oniguruma's syntax they use.
/// </summary>
internal sealed class PatternParser
{
    private const int Unbounded = int.MaxValue;
    private const int MaximumCount = 1000;
    private const int MaximumDepth = 100;
    private const int MaximumStackedCounts = 4;

    private readonly string _pattern;
    private readonly PatternClassParser _classes;
    private int _position;
    private int _depth;

    private PatternParser(string pattern)
    {
        _pattern = pattern;
        _classes = new PatternClassParser(pattern);
    }

    /// <summary>Parses a whole expression.</summary>
    /// <exception cref="PatternException">The expression is broken or uses something unsupported.</exception>
    public static PatternNode Parse(string pattern)
    {
        var parser = new PatternParser(pattern);
        PatternNode node = parser.ParseAlternation(ignoreCase: false);
        return parser._position == pattern.Length ? node : throw parser.Broken("an unmatched ')'");
    }

    private PatternNode ParseAlternation(bool ignoreCase)
    {
        if (++_depth > MaximumDepth)
        {
            throw Broken("groups nested too deeply");
        }

        var choices = new List<PatternNode>();
        do
        {
            choices.Add(ParseSequence(ref ignoreCase));
        } while (TryTake('|'));
        _depth--;
        return choices.Count == 1 ? choices[0] : new PatternNode.Alternation(choices);
    }

    private PatternNode.Concatenation ParseSequence(ref bool ignoreCase)
    {
        var parts = new List<PatternNode>();
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            if (TryTakeInlineFlags(ref ignoreCase))
            {
                continue;
            }

            parts.Add(ParseQuantifiers(ParseAtom(ignoreCase)));
        }

        return new PatternNode.Concatenation(parts);
    }

    private PatternNode ParseAtom(bool ignoreCase)
    {
        char unit = _pattern[_position];
        switch (unit)
        {
            case '(':
                return ParseGroup(ignoreCase);
            case '[':
                return new PatternNode.OneOf(new CodePointSet(_classes.ParseBrackets(ref _position, ignoreCase)));
            case '^':
                _position++;
                return new PatternNode.Anchor(AnchorKind.LineStart);
            case '$':
                _position++;
                return new PatternNode.Anchor(AnchorKind.LineEnd);
            case '.':
                _position++;
                return new PatternNode.OneOf(new CodePointSet(codePoint => codePoint != '\n'));
            case '*' or '+' or '?':
                throw Broken($"'{unit}' with nothing to repeat");
            case '\\':
                return ParseEscape(ignoreCase);
            default:
                Rune rune = UnicodeClass.At(_pattern, _position, out int length);
                _position += length;
                Func<int, bool> only = codePoint => codePoint == rune.Value;
                return new PatternNode.OneOf(new CodePointSet(ignoreCase ? CodePointSet.AnyCase(only) : only));
        }
    }

    private PatternNode ParseEscape(bool ignoreCase)
    {
        AnchorKind? anchor =
            _position + 1 >= _pattern.Length
                ? null
                : _pattern[_position + 1] switch
                {
                    'A' => AnchorKind.TextStart,
                    'z' => AnchorKind.TextEnd,
                    'b' => AnchorKind.WordBorder,
                    'B' => AnchorKind.NoWordBorder,
                    _ => null,
                };
        if (anchor is { } kind)
        {
            _position += 2;
            return new PatternNode.Anchor(kind);
        }

        return new PatternNode.OneOf(new CodePointSet(_classes.ParseEscape(ref _position, ignoreCase, out _)));
    }

    private PatternNode ParseGroup(bool ignoreCase)
    {
        int opened = _position;
        _position++;
        Func<PatternNode, PatternNode> wrap = body => body;
        if (TryTake('?'))
        {
            if (TryTakeKind(out Func<PatternNode, PatternNode>? kind))
            {
                wrap = kind;
            }
            else if (!TryTake(':'))
            {
                ignoreCase = ParseFlags();
                if (!TryTake(':'))
                {
                    throw Unsupported("this kind of group");
                }
            }
        }

        PatternNode body = ParseAlternation(ignoreCase);
        if (!TryTake(')'))
        {
            throw new PatternException($"the group opened at character {opened} is not closed");
        }

        return wrap(body);
    }

    private bool TryTakeKind([NotNullWhen(true)] out Func<PatternNode, PatternNode>? kind)
    {
        kind =
            TryTake("!") ? body => new PatternNode.LookAhead(body, true)
            : TryTake("=") ? body => new PatternNode.LookAhead(body, false)
            : TryTake(">") ? body => new PatternNode.Atomic(body)
            : TryTake("<!") ? body => LookBehind(body, negated: true)
            : TryTake("<=") ? body => LookBehind(body, negated: false)
            : null;
        return kind is not null;
    }

    /// <summary>Choices may differ in length: each looks behind on its own.</summary>
    private PatternNode LookBehind(PatternNode body, bool negated)
    {
        IReadOnlyList<PatternNode> choices = body is PatternNode.Alternation alternation ? alternation.Choices : [body];
        PatternNode[] looks =
        [
            .. choices.Select(choice => new PatternNode.LookBehind(
                choice,
                PatternWidth.Of(choice) ?? throw Unsupported("looking behind for something of no fixed length"),
                negated
            )),
        ];
        return looks.Length == 1 ? looks[0]
            : negated ? new PatternNode.Concatenation(looks)
            : new PatternNode.Alternation(looks);
    }

    private bool TryTake(string expected)
    {
        bool isThere = _pattern.AsSpan(_position).StartsWith(expected);
        _position += isThere ? expected.Length : 0;
        return isThere;
    }

    private bool TryTakeInlineFlags(ref bool ignoreCase)
    {
        int start = _position;
        if (TryTake('(') && TryTake('?') && _position < _pattern.Length && _pattern[_position] is 'i' or '-')
        {
            bool flag = ParseFlags();
            if (TryTake(')'))
            {
                ignoreCase = flag;
                return true;
            }
        }

        _position = start;
        return false;
    }

    private bool ParseFlags()
    {
        bool value = !TryTake('-');
        return TryTake('i') ? value : throw Unsupported("this kind of group or flag");
    }

    private PatternNode ParseQuantifiers(PatternNode atom)
    {
        for (int stacked = 0; TryParseCounts(out int minimum, out int maximum, out bool braces); stacked++)
        {
            if (stacked == MaximumStackedCounts)
            {
                throw Broken("too many repetitions of one thing");
            }

            bool lazy = TryTake('?');
            // Behind braces a plus repeats the repetition; behind * + ? it forbids giving anything back.
            bool possessive = !lazy && !braces && TryTake('+');
            if (maximum == Unbounded && atom.CanBeEmpty)
            {
                throw Unsupported("repeating something that can be empty");
            }

            atom = new PatternNode.Repetition(atom, minimum, maximum, lazy, possessive);
        }

        return atom;
    }

    private bool TryParseCounts(out int minimum, out int maximum, out bool braces)
    {
        minimum = 0;
        maximum = Unbounded;
        braces = false;
        if (TryTake('*'))
        {
            return true;
        }

        if (TryTake('+'))
        {
            minimum = 1;
            return true;
        }

        if (TryTake('?'))
        {
            maximum = 1;
            return true;
        }

        int close = _position < _pattern.Length && _pattern[_position] == '{' ? _pattern.IndexOf('}', _position) : -1;
        if (close < 0)
        {
            return false;
        }

        braces = true;
        string[] bounds = _pattern[(_position + 1)..close].Split(',');
        minimum = bounds[0].Length == 0 && bounds.Length == 2 ? 0 : ParseCount(bounds[0]);
        maximum =
            bounds.Length == 1 ? minimum
            : bounds[1].Length == 0 ? Unbounded
            : ParseCount(bounds[1]);
        if (bounds.Length > 2 || minimum > maximum)
        {
            throw Broken("a repetition that is not {n}, {n,} or {n,m}");
        }

        _position = close + 1;
        return true;
    }

    private int ParseCount(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count <= MaximumCount
            ? count
            : throw Broken($"the repetition count '{digits}' (at most {MaximumCount})");

    private bool TryTake(char expected)
    {
        if (_position < _pattern.Length && _pattern[_position] == expected)
        {
            _position++;
            return true;
        }

        return false;
    }

    private PatternException Broken(string what) => new($"{what} at character {_position}");

    private PatternException Unsupported(string what) => new($"{what} is not supported (character {_position})");
}
