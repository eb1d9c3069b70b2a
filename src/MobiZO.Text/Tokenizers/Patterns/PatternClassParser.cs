using System.Globalization;
using System.Text;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>
/// Parses what stands for one code point: escapes, properties and bracket classes. Where case is ignored, other cases belong to what is
/// written, and what is written is negated with them.
/// </summary>
internal sealed class PatternClassParser(string pattern)
{
    private const int MaximumDepth = 50;

    private static readonly Dictionary<string, UnicodeCategory[]> s_categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Lu"] = [UnicodeCategory.UppercaseLetter],
        ["Ll"] = [UnicodeCategory.LowercaseLetter],
        ["Lt"] = [UnicodeCategory.TitlecaseLetter],
        ["Lm"] = [UnicodeCategory.ModifierLetter],
        ["Lo"] = [UnicodeCategory.OtherLetter],
        ["Mn"] = [UnicodeCategory.NonSpacingMark],
        ["Mc"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me"] = [UnicodeCategory.EnclosingMark],
        ["Nd"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl"] = [UnicodeCategory.LetterNumber],
        ["No"] = [UnicodeCategory.OtherNumber],
        ["Pc"] = [UnicodeCategory.ConnectorPunctuation],
        ["Pd"] = [UnicodeCategory.DashPunctuation],
        ["Ps"] = [UnicodeCategory.OpenPunctuation],
        ["Pe"] = [UnicodeCategory.ClosePunctuation],
        ["Pi"] = [UnicodeCategory.InitialQuotePunctuation],
        ["Pf"] = [UnicodeCategory.FinalQuotePunctuation],
        ["Po"] = [UnicodeCategory.OtherPunctuation],
        ["Sm"] = [UnicodeCategory.MathSymbol],
        ["Sc"] = [UnicodeCategory.CurrencySymbol],
        ["Sk"] = [UnicodeCategory.ModifierSymbol],
        ["So"] = [UnicodeCategory.OtherSymbol],
        ["Zs"] = [UnicodeCategory.SpaceSeparator],
        ["Zl"] = [UnicodeCategory.LineSeparator],
        ["Zp"] = [UnicodeCategory.ParagraphSeparator],
        ["Cc"] = [UnicodeCategory.Control],
        ["Cf"] = [UnicodeCategory.Format],
        ["Co"] = [UnicodeCategory.PrivateUse],
        ["Cn"] = [UnicodeCategory.OtherNotAssigned],
    };

    private int _depth;

    /// <summary>Parses the bracket class that begins at <paramref name="position"/>.</summary>
    public Func<int, bool> ParseBrackets(ref int position, bool ignoreCase)
    {
        if (++_depth > MaximumDepth)
        {
            throw new PatternException($"bracket classes nested too deeply at character {position}");
        }

        int opened = position;
        position++;
        bool negated = position < pattern.Length && pattern[position] == '^';
        position += negated ? 1 : 0;
        var members = new List<Func<int, bool>>();
        var sides = new List<Func<int, bool>[]>();
        bool first = true;
        while (true)
        {
            if (position >= pattern.Length)
            {
                throw new PatternException($"the bracket class opened at character {opened} is not closed");
            }

            if (pattern[position] == ']' && !first)
            {
                position++;
                break;
            }

            first = false;
            if (pattern.AsSpan(position).StartsWith("&&"))
            {
                // What is in the class must be in every side of it.
                position += 2;
                sides.Add(
                    members.Count > 0 ? [.. members] : throw new PatternException($"'&&' with nothing before it at character {position}")
                );
                members.Clear();
                continue;
            }

            members.Add(ParseMember(ref position, ignoreCase));
        }

        _depth--;
        if (members.Count == 0 && sides.Count > 0)
        {
            throw new PatternException($"'&&' with nothing behind it at character {position}");
        }

        Func<int, bool>[][] all = [.. sides, [.. members]];
        return codePoint => IsInAll(all, codePoint) != negated;
    }

    private static bool IsInAll(Func<int, bool>[][] sides, int codePoint)
    {
        foreach (Func<int, bool>[] side in sides)
        {
            if (!IsInAny(side, codePoint))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsInAny(Func<int, bool>[] members, int codePoint)
    {
        foreach (Func<int, bool> member in members)
        {
            if (member(codePoint))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parses an escape; <paramref name="literal"/> is its code point when it stands for just one, else -1.</summary>
    public Func<int, bool> ParseEscape(ref int position, bool ignoreCase, out int literal)
    {
        int start = position;
        position++;
        literal = -1;
        if (position >= pattern.Length)
        {
            throw new PatternException("a backslash at the end");
        }

        char kind = pattern[position];
        switch (kind)
        {
            case 's':
                position++;
                return IsSpace;
            case 'S':
                position++;
                return codePoint => !IsSpace(codePoint);
            case 'd':
                position++;
                return IsDigit;
            case 'D':
                position++;
                return codePoint => !IsDigit(codePoint);
            case 'w':
                position++;
                return IsWord;
            case 'W':
                position++;
                return codePoint => !IsWord(codePoint);
            case 'p' or 'P':
                return ParseProperty(ref position, ignoreCase, kind == 'P');
            case 'x' or 'u':
                literal = ParseHexadecimal(ref position);
                break;
            default:
                literal = kind switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'f' => '\f',
                    'v' => '\v',
                    'a' => '\a',
                    'e' => 0x1B,
                    _ when char.IsAsciiLetterOrDigit(kind) => throw new PatternException(
                        $"the escape '\\{kind}' is not supported (character {start})"
                    ),
                    _ => UnicodeClass.At(pattern, position, out _).Value,
                };
                position += literal > 0xFFFF ? 2 : 1;
                break;
        }

        int only = literal;
        return InCases(codePoint => codePoint == only, ignoreCase);
    }

    private static bool IsSpace(int codePoint) => Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint));

    private static bool IsDigit(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) == UnicodeCategory.DecimalDigitNumber;

    private static bool IsWord(int codePoint) => Rune.IsValid(codePoint) && UnicodeClass.IsPatternWord(new Rune(codePoint));

    private Func<int, bool> ParseMember(ref int position, bool ignoreCase)
    {
        if (pattern[position] == '[')
        {
            return position + 1 < pattern.Length && pattern[position + 1] == ':'
                ? throw new PatternException($"POSIX classes are not supported (character {position})")
                : ParseBrackets(ref position, ignoreCase);
        }

        Func<int, bool> single = ParseSingle(ref position, ignoreCase, out int low);
        bool isRange = low >= 0 && position + 1 < pattern.Length && pattern[position] == '-' && pattern[position + 1] != ']';
        if (!isRange)
        {
            return single;
        }

        position++;
        ParseSingle(ref position, ignoreCase, out int high);
        return high >= low
            ? InCases(codePoint => codePoint >= low && codePoint <= high, ignoreCase)
            : throw new PatternException($"a range that ends before it begins at character {position}");
    }

    private Func<int, bool> ParseSingle(ref int position, bool ignoreCase, out int literal)
    {
        if (pattern[position] == '\\')
        {
            return ParseEscape(ref position, ignoreCase, out literal);
        }

        int value = UnicodeClass.At(pattern, position, out int length).Value;
        position += length;
        literal = value;
        return InCases(codePoint => codePoint == value, ignoreCase);
    }

    private static Func<int, bool> InCases(Func<int, bool> members, bool ignoreCase) =>
        ignoreCase ? CodePointSet.AnyCase(members) : members;

    private Func<int, bool> ParseProperty(ref int position, bool ignoreCase, bool negated)
    {
        int open = position + 1;
        int close = open < pattern.Length && pattern[open] == '{' ? pattern.IndexOf('}', open) : -1;
        if (close < 0)
        {
            throw new PatternException($"a property without braces at character {position}");
        }

        string name = pattern[(open + 1)..close];
        position = close + 1;
        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        if (name.Equals("White_Space", StringComparison.OrdinalIgnoreCase) || name.Equals("Space", StringComparison.OrdinalIgnoreCase))
        {
            return codePoint => IsSpace(codePoint) != negated;
        }

        // "L" is every category that begins with L.
        UnicodeCategory[] categories =
        [
            .. s_categories
                .Where(entry =>
                    name.Length > 0 && entry.Key.Length >= name.Length && entry.Key.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                )
                .SelectMany(entry => entry.Value),
        ];
        if (categories.Length == 0)
        {
            throw new PatternException($"the property '\\p{{{name}}}' is not supported (general categories only)");
        }

        int mask = categories.Aggregate(0, (bits, category) => bits | (1 << (int)category));
        Func<int, bool> named = InCases(codePoint => ((mask >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint)) & 1) != 0, ignoreCase);
        return codePoint => named(codePoint) != negated;
    }

    private int ParseHexadecimal(ref int position)
    {
        bool braces = pattern[position] == 'x' && position + 1 < pattern.Length && pattern[position + 1] == '{';
        int start = position + (braces ? 2 : 1);
        int end = braces ? pattern.IndexOf('}', start) : start + (pattern[position] == 'x' ? 2 : 4);
        if (
            end < 0
            || end > pattern.Length
            || !int.TryParse(
                pattern.AsSpan(start, end - start),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out int value
            )
            || value is < 0 or > 0x10FFFF
        )
        {
            throw new PatternException($"a broken hexadecimal escape at character {position}");
        }

        position = end + (braces ? 1 : 0);
        return value;
    }
}
