using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Syntax;

/// <summary>
/// Cuts a template into tokens. Whitespace follows Jinja with <c>trim_blocks</c> and <c>lstrip_blocks</c> on and
/// <c>keep_trailing_newline</c> off. A block tag or comment eats the newline right after it and the spaces before it on its line. A "-"
/// beside a delimiter eats all whitespace there, a "+" eats none.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _position;
    private int _line = 1;

    private Lexer(string source)
    {
        _source = source;
    }

    /// <summary>All tokens of a template, the last of kind <see cref="TokenKind.End"/>.</summary>
    public static IReadOnlyList<Token> Tokenize(string source)
    {
        var lexer = new Lexer(NormalizeNewlines(source));
        lexer.ReadTemplate();
        return lexer._tokens;
    }

    private static string NormalizeNewlines(string source)
    {
        var text = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    private void ReadTemplate()
    {
        while (_position < _source.Length)
        {
            var start = NextDelimiter(_position);
            if (start < 0)
            {
                AddText(_source[_position..]);
                AdvanceTo(_source.Length);
                break;
            }

            var kind = _source[start + 1];
            var sign = start + 2 < _source.Length && _source[start + 2] is '-' or '+' ? _source[start + 2] : '\0';
            AddText(StripBeforeTag(_source[_position..start], sign, stripsLineStart: kind != '{'));
            AdvanceTo(start);
            var inside = start + (sign == '\0' ? 2 : 3);
            switch (kind)
            {
                case '#':
                    SkipComment(inside);
                    break;
                case '{':
                    Add(TokenKind.OutputBegin, "{{");
                    AdvanceTo(inside);
                    ReadTag(TokenKind.OutputEnd);
                    break;
                default:
                    if (EndOfWordTag(inside, "raw") is { } raw)
                    {
                        ReadRaw(raw);
                        break;
                    }

                    Add(TokenKind.BlockBegin, "{%");
                    AdvanceTo(inside);
                    ReadTag(TokenKind.BlockEnd);
                    break;
            }
        }

        Add(TokenKind.End, string.Empty);
    }

    private int NextDelimiter(int from)
    {
        for (var index = _source.IndexOf('{', from); index >= 0 && index + 1 < _source.Length; index = _source.IndexOf('{', index + 1))
        {
            if (_source[index + 1] is '{' or '%' or '#')
            {
                return index;
            }
        }

        return -1;
    }

    private string StripBeforeTag(string text, char sign, bool stripsLineStart)
    {
        if (sign == '-')
        {
            return PythonCharacters.TrimEnd(text);
        }

        if (sign == '+' || !stripsLineStart)
        {
            return text;
        }

        var lineStart = text.LastIndexOf('\n') + 1;
        var startsLine = lineStart > 0 || _position == 0 || _source[_position - 1] == '\n';
        return startsLine && PythonCharacters.TrimEnd(text[lineStart..]).Length == 0 ? text[..lineStart] : text;
    }

    private void SkipComment(int inside)
    {
        var end = _source.IndexOf("#}", inside, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new ChatTemplateException("Missing end of comment tag '#}'", _line);
        }

        var sign = end > inside ? _source[end - 1] : '\0';
        AdvanceTo(AfterBlock(end + 2, sign));
    }

    /// <summary>
    /// Where text goes on after a block tag or comment. The tag ends at <paramref name="end"/> and has this sign before its delimiter.
    /// </summary>
    private int AfterBlock(int end, char sign)
    {
        if (sign == '-')
        {
            return SkipSpace(end);
        }

        return sign != '+' && end < _source.Length && _source[end] == '\n' ? end + 1 : end;
    }

    private void ReadRaw((int End, char Sign) tag)
    {
        // A raw tag does not eat the newline after it, unlike every other block tag.
        AdvanceTo(tag.Sign == '-' ? SkipSpace(tag.End) : tag.End);
        for (
            var start = _source.IndexOf("{%", _position, StringComparison.Ordinal);
            start >= 0;
            start = _source.IndexOf("{%", start + 2, StringComparison.Ordinal)
        )
        {
            var sign = start + 2 < _source.Length && _source[start + 2] is '-' or '+' ? _source[start + 2] : '\0';
            if (EndOfWordTag(start + (sign == '\0' ? 2 : 3), "endraw") is { } end)
            {
                AddText(StripBeforeTag(_source[_position..start], sign, stripsLineStart: true));
                AdvanceTo(AfterBlock(end.End, end.Sign));
                return;
            }
        }

        throw new ChatTemplateException("Missing end of raw directive '{% endraw %}'", _line);
    }

    /// <summary>
    /// The end of a tag that starts here and holds just this word, and the sign before its delimiter. Null when none does.
    /// </summary>
    private (int End, char Sign)? EndOfWordTag(int inside, string word)
    {
        var position = SkipSpace(inside);
        if (string.CompareOrdinal(_source, position, word, 0, word.Length) != 0)
        {
            return null;
        }

        position = SkipSpace(position + word.Length);
        var sign = position < _source.Length && _source[position] is '-' or '+' ? _source[position++] : '\0';
        return string.CompareOrdinal(_source, position, "%}", 0, 2) == 0 ? (position + 2, sign) : null;
    }

    private int SkipSpace(int from)
    {
        while (from < _source.Length && PythonCharacters.IsSpace(_source[from]))
        {
            from++;
        }

        return from;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
        {
            Add(TokenKind.Text, text);
        }
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));

    private void AdvanceTo(int position)
    {
        _line += _source.AsSpan(_position, position - _position).Count('\n');
        _position = position;
    }
}
