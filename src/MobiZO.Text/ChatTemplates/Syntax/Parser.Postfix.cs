using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Syntax;

// What follows a primary expression: attributes, subscripts, calls, filters and tests.
internal sealed partial class Parser
{
    private Expression ParsePostfix(Expression expression)
    {
        while (Current.Kind == TokenKind.Operator)
        {
            var token = Current;
            switch (token.Text)
            {
                case ".":
                    Next();
                    expression = Current.Kind switch
                    {
                        TokenKind.Name => new AttributeExpression(token.Line, expression, Next().Text),
                        TokenKind.Integer => new SubscriptExpression(
                            token.Line,
                            expression,
                            new ConstantExpression(token.Line, ParseInteger(Next()))
                        ),
                        _ => throw new ChatTemplateException(
                            $"unexpected {Current.Description}, expected a name or number after '.'",
                            Current.Line
                        ),
                    };
                    break;
                case "[":
                    Next();
                    expression = ParseSubscript(token, expression);
                    break;
                case "(":
                    expression = new CallExpression(token.Line, expression, ParseArguments());
                    break;
                default:
                    return expression;
            }
        }

        return expression;
    }

    private Expression ParseSubscript(Token opening, Expression target)
    {
        var start = Current.IsOperator(":") ? null : ParseExpression();
        if (start is not null && SkipOperator("]"))
        {
            return new SubscriptExpression(opening.Line, target, start);
        }

        if (Current.IsOperator(","))
        {
            throw new ChatTemplateException("Subscripts with several parts are not supported", opening.Line);
        }

        ExpectOperator(":");
        var stop = EndsSlicePart() ? null : ParseExpression();
        var step = SkipOperator(":") && !EndsSlicePart() ? ParseExpression() : null;
        ExpectOperator("]");
        return new SliceExpression(opening.Line, target, start, stop, step);
    }

    private bool EndsSlicePart() => Current.IsOperator(":") || Current.IsOperator("]");

    private ArgumentList ParseArguments()
    {
        ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string Name, Expression Value)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (!SkipOperator(")"))
        {
            if (positional.Count + named.Count > 0)
            {
                ExpectOperator(",");
                if (SkipOperator(")"))
                {
                    break;
                }
            }

            if (Current.IsOperator("*") || Current.IsOperator("**"))
            {
                throw new ChatTemplateException($"Spreading arguments with '{Current.Text}' is not supported", Current.Line);
            }

            if (Current.Kind == TokenKind.Name && _tokens[_index + 1].IsOperator("="))
            {
                var name = Next();
                Next();
                if (!names.Add(name.Text))
                {
                    throw new ChatTemplateException($"The argument '{name.Text}' is given twice", name.Line);
                }

                named.Add((name.Text, ParseExpression()));
            }
            else if (named.Count > 0)
            {
                throw new ChatTemplateException("A positional argument follows a named one", Current.Line);
            }
            else
            {
                positional.Add(ParseExpression());
            }
        }

        return new ArgumentList(positional, named);
    }

    /// <summary>Filters, tests and calls behind an expression.</summary>
    private Expression ParseFilters(Expression expression)
    {
        while (true)
        {
            if (SkipOperator("|"))
            {
                expression = ParseFilter(expression);
            }
            else if (Current.IsName("is"))
            {
                expression = ParseTest(expression);
            }
            else if (Current.IsOperator("("))
            {
                expression = new CallExpression(Current.Line, expression, ParseArguments());
            }
            else
            {
                return expression;
            }
        }
    }

    /// <summary>The filters of a block, <c>first | second</c>, whose first one takes the text of the block.</summary>
    private FilterExpression ParseFilterChain()
    {
        var filter = ParseFilter(null);
        while (SkipOperator("|"))
        {
            filter = ParseFilter(filter);
        }

        return filter;
    }

    private FilterExpression ParseFilter(Expression? target)
    {
        var line = Current.Line;
        var name = ParseDottedName("the name of a filter");
        return new FilterExpression(line, target, name, Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty);
    }

    private string ParseDottedName(string what)
    {
        var name = ExpectAnyName(what).Text;
        while (SkipOperator("."))
        {
            name += "." + ExpectAnyName(what).Text;
        }

        return name;
    }

    private Expression ParseTest(Expression target)
    {
        var line = Next().Line;
        var isNegated = SkipName("not");
        var name = ParseDottedName("the name of a test");
        var arguments = ArgumentList.Empty;
        if (Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (Current.IsName("is"))
            {
                throw new ChatTemplateException("Tests with 'is' cannot be chained", Current.Line);
            }

            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], []);
        }

        Expression test = new TestExpression(line, target, name, arguments);
        return isNegated ? new NotExpression(line, test) : test;
    }

    private bool StartsTestArgument() =>
        Current.Kind switch
        {
            TokenKind.Name => Current.Text is not ("else" or "or" or "and"),
            TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
            _ => Current.IsOperator("[") || Current.IsOperator("{"),
        };
}
