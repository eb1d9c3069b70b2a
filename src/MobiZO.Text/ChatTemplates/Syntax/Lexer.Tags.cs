using System.Globalization;
using System.Text;

namespace MobiZO.Text.ChatTemplates.Syntax;

internal sealed partial class Lexer
{
    private static readonly string[] s_operators =
    [
        "//",
        "**",
        "==",
        "!=",
        ">=",
        "<=",
        "+",
        "-",
        "/",
        "*",
        "%",
        "~",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        ">",
        "<",
        "=",
        ".",
        ":",
        "|",
        ",",
        ";",
    ];

    private void ReadTag(TokenKind end)
    {
        var openBrackets = new Stack<char>();
        while (true)
        {
            AdvanceTo(SkipSpace(_position));
            if (_position >= _source.Length)
            {
                // The parser knows which construct is unfinished.
                return;
            }

            if (openBrackets.Count == 0 && TryReadTagEnd(end))
            {
                return;
            }

            var character = _source[_position];
            if (character is '\'' or '"')
            {
                ReadString(character);
            }
            else if (char.IsAsciiDigit(character))
            {
                ReadNumber();
            }
            else if (IsNameStart(character))
            {
                ReadName();
            }
            else
            {
                ReadOperator(openBrackets);
            }
        }
    }

    private bool TryReadTagEnd(TokenKind end)
    {
        var delimiter = end == TokenKind.OutputEnd ? "}}" : "%}";
        var sign = _source[_position] is '-' or '+' ? _source[_position] : '\0';
        if (sign == '+' && end == TokenKind.OutputEnd)
        {
            return false;
        }

        var start = _position + (sign == '\0' ? 0 : 1);
        if (string.CompareOrdinal(_source, start, delimiter, 0, 2) != 0)
        {
            return false;
        }

        Add(end, delimiter);
        AdvanceTo(
            end == TokenKind.BlockEnd ? AfterBlock(start + 2, sign)
            : sign == '-' ? SkipSpace(start + 2)
            : start + 2
        );
        return true;
    }

    private static bool IsNameStart(char character) => character == '_' || char.IsLetter(character);

    private void ReadName()
    {
        var end = _position + 1;
        while (end < _source.Length && (IsNameStart(_source[end]) || char.IsDigit(_source[end])))
        {
            end++;
        }

        Add(TokenKind.Name, _source[_position..end]);
        AdvanceTo(end);
    }

    private void ReadNumber()
    {
        var end = EndOfDigits(_position);
        var kind = TokenKind.Integer;
        var followsDot = _tokens.Count > 0 && _tokens[^1].IsOperator(".");
        if (
            _source[_position] == '0'
            && end == _position + 1
            && end < _source.Length
            && _source[end] is 'x' or 'X' or 'o' or 'O' or 'b' or 'B'
        )
        {
            throw new ChatTemplateException("Hexadecimal, octal and binary integers are not supported; write the number in decimal", _line);
        }

        if (!followsDot && end + 1 < _source.Length && _source[end] == '.' && char.IsAsciiDigit(_source[end + 1]))
        {
            kind = TokenKind.Float;
            end = EndOfDigits(end + 1);
        }

        if (!followsDot && end < _source.Length && _source[end] is 'e' or 'E')
        {
            var exponent = end + 1;
            exponent += exponent < _source.Length && _source[exponent] is '+' or '-' ? 1 : 0;
            if (exponent < _source.Length && char.IsAsciiDigit(_source[exponent]))
            {
                kind = TokenKind.Float;
                end = EndOfDigits(exponent);
            }
        }

        Add(kind, _source[_position..end].Replace("_", string.Empty, StringComparison.Ordinal));
        AdvanceTo(end);
    }

    /// <summary>The end of a run of digits, single underscores between digits included.</summary>
    private int EndOfDigits(int from)
    {
        while (
            from < _source.Length
            && (
                char.IsAsciiDigit(_source[from])
                || (_source[from] == '_' && from + 1 < _source.Length && char.IsAsciiDigit(_source[from + 1]))
            )
        )
        {
            from++;
        }

        return from;
    }

    private void ReadOperator(Stack<char> openBrackets)
    {
        foreach (var spelling in s_operators)
        {
            if (string.CompareOrdinal(_source, _position, spelling, 0, spelling.Length) != 0)
            {
                continue;
            }

            if (spelling is "(" or "[" or "{")
            {
                openBrackets.Push(
                    spelling[0] switch
                    {
                        '(' => ')',
                        '[' => ']',
                        _ => '}',
                    }
                );
            }
            else if (spelling is ")" or "]" or "}")
            {
                if (!openBrackets.TryPop(out var expected))
                {
                    throw new ChatTemplateException($"unexpected '{spelling}'", _line);
                }

                if (expected != spelling[0])
                {
                    throw new ChatTemplateException($"unexpected '{spelling}', expected '{expected}'", _line);
                }
            }

            Add(TokenKind.Operator, spelling);
            AdvanceTo(_position + spelling.Length);
            return;
        }

        throw new ChatTemplateException($"unexpected character '{_source[_position]}'", _line);
    }

    private void ReadString(char quote)
    {
        var text = new StringBuilder();
        var position = _position + 1;
        while (position < _source.Length && _source[position] != quote)
        {
            if (_source[position] == '\\' && position + 1 < _source.Length)
            {
                position = ReadEscape(position + 1, text);
            }
            else
            {
                text.Append(_source[position++]);
            }
        }

        if (position >= _source.Length)
        {
            throw new ChatTemplateException($"A string that starts with {quote} is not closed", _line);
        }

        Add(TokenKind.String, text.ToString());
        AdvanceTo(position + 1);
    }

    /// <summary>Reads what follows a backslash, as Python's string literals do; returns where the string goes on.</summary>
    private int ReadEscape(int position, StringBuilder text)
    {
        var character = _source[position];
        switch (character)
        {
            case 'n':
                text.Append('\n');
                return position + 1;
            case 't':
                text.Append('\t');
                return position + 1;
            case 'r':
                text.Append('\r');
                return position + 1;
            case 'a':
                text.Append('\a');
                return position + 1;
            case 'b':
                text.Append('\b');
                return position + 1;
            case 'f':
                text.Append('\f');
                return position + 1;
            case 'v':
                text.Append('\v');
                return position + 1;
            case '\\' or '\'' or '"':
                text.Append(character);
                return position + 1;
            case '\n':
                return position + 1;
            case 'x':
                return ReadCodePoint(position, 2, text);
            case 'u':
                return ReadCodePoint(position, 4, text);
            case 'U':
                return ReadCodePoint(position, 8, text);
            case 'N':
                throw new ChatTemplateException("The escape \\N{...} is not supported; write the character itself or \\u", _line);
            case >= '0' and <= '7':
                var value = 0;
                var end = position;
                while (end < _source.Length && end < position + 3 && _source[end] is >= '0' and <= '7')
                {
                    value = (value * 8) + _source[end++] - '0';
                }

                text.Append((char)value);
                return end;
            default:
                text.Append('\\').Append(character);
                return position + 1;
        }
    }

    private int ReadCodePoint(int position, int digits, StringBuilder text)
    {
        var start = position + 1;
        if (
            start + digits > _source.Length
            || !uint.TryParse(_source.AsSpan(start, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value > 0x10FFFF
        )
        {
            throw new ChatTemplateException(
                $"The escape \\{_source[position]} needs {digits} hexadecimal digits of a Unicode code point",
                _line
            );
        }

        if (value > 0xFFFF)
        {
            text.Append(char.ConvertFromUtf32((int)value));
        }
        else
        {
            text.Append((char)value);
        }

        return start + digits;
    }
}
