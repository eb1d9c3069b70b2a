namespace MobiZO.Text.ChatTemplates.Syntax;

/// <summary>
/// Turns tokens into statements. This file reads tokens and bodies; the facets beside it read statements and expressions.
/// </summary>
internal sealed partial class Parser
{
    private readonly IReadOnlyList<Token> _tokens;
    private int _index;
    private int _depth;
    private int _loopDepth;

    private Parser(IReadOnlyList<Token> tokens)
    {
        _tokens = tokens;
    }

    private Token Current => _tokens[_index];

    /// <summary>Parses a whole template.</summary>
    /// <exception cref="ChatTemplateException">The template has a syntax error or uses a tag that is not supported.</exception>
    public static IReadOnlyList<Statement> Parse(string source)
    {
        var parser = new Parser(Lexer.Tokenize(source));
        return parser.ParseBody("template", default, []);
    }

    /// <summary>
    /// Reads statements up to one of the given tags and leaves its name as the current token. Without tags it reads to the end.
    /// </summary>
    private IReadOnlyList<Statement> ParseBody(string construct, Token opening, string[] endTags)
    {
        Enter();
        var body = new List<Statement>();
        while (true)
        {
            var token = Next();
            switch (token.Kind)
            {
                case TokenKind.Text:
                    body.Add(new TextStatement(token.Line, token.Text));
                    break;
                case TokenKind.OutputBegin:
                    body.Add(new OutputStatement(token.Line, ParseTuple()));
                    Expect(TokenKind.OutputEnd);
                    break;
                case TokenKind.BlockBegin when Current.Kind == TokenKind.Name && endTags.Contains(Current.Text):
                    Leave();
                    return body;
                case TokenKind.BlockBegin:
                    body.Add(ParseStatement());
                    Expect(TokenKind.BlockEnd);
                    break;
                case TokenKind.End when endTags.Length == 0:
                    Leave();
                    return body;
                case TokenKind.End:
                    var expected = string.Join(" or ", endTags.Select(tag => $"'{tag}'"));
                    throw new ChatTemplateException(
                        $"unexpected end of template: the block '{construct}' is not closed, expected {expected}",
                        opening.Line
                    );
                default:
                    throw Unexpected(token);
            }
        }
    }

    /// <summary>Reads a body that one tag closes, the closing tag's name included.</summary>
    private IReadOnlyList<Statement> ParseClosedBody(Token opening, string endTag)
    {
        Expect(TokenKind.BlockEnd);
        var body = ParseBody(opening.Text, opening, [endTag]);
        Next();
        return body;
    }

    private Token Next()
    {
        var token = _tokens[_index];
        if (token.Kind != TokenKind.End)
        {
            _index++;
        }

        return token;
    }

    private bool SkipOperator(string text)
    {
        if (!Current.IsOperator(text))
        {
            return false;
        }

        _index++;
        return true;
    }

    private bool SkipName(string text)
    {
        if (!Current.IsName(text))
        {
            return false;
        }

        _index++;
        return true;
    }

    private void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw new ChatTemplateException(
                $"unexpected {Current.Description}, expected {new Token(kind, string.Empty, 0).Description}",
                Current.Line
            );
        }

        _index++;
    }

    private void ExpectOperator(string text)
    {
        if (!SkipOperator(text))
        {
            throw new ChatTemplateException($"unexpected {Current.Description}, expected '{text}'", Current.Line);
        }
    }

    private void ExpectName(string text)
    {
        if (!SkipName(text))
        {
            throw new ChatTemplateException($"unexpected {Current.Description}, expected '{text}'", Current.Line);
        }
    }

    private Token ExpectAnyName(string what)
    {
        if (Current.Kind != TokenKind.Name)
        {
            throw new ChatTemplateException($"unexpected {Current.Description}, expected {what}", Current.Line);
        }

        return Next();
    }

    private static ChatTemplateException Unexpected(Token token) => new($"unexpected {token.Description}", token.Line);

    private void Enter()
    {
        if (++_depth > TemplateLimits.MaximumSyntaxDepth)
        {
            throw new ChatTemplateException($"The template nests deeper than {TemplateLimits.MaximumSyntaxDepth} levels", Current.Line);
        }
    }

    private void Leave() => _depth--;
}
