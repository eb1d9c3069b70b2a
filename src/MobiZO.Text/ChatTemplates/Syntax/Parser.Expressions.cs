using System.Globalization;
using System.Numerics;
using System.Text;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Syntax;

// From loosest to tightest: if-else, or, and, not, comparison, sum, "~", product, power, sign, postfix and filter.
internal sealed partial class Parser
{
    private static readonly Dictionary<string, TemplateValue> s_constants = new(StringComparer.Ordinal)
    {
        ["true"] = BooleanValue.True,
        ["True"] = BooleanValue.True,
        ["false"] = BooleanValue.False,
        ["False"] = BooleanValue.False,
        ["none"] = NoneValue.Instance,
        ["None"] = NoneValue.Instance,
    };

    /// <summary>An expression, or a tuple where a comma follows.</summary>
    private Expression ParseTuple(bool withConditional = true, string? endsAtName = null, bool allowsEmpty = false)
    {
        var line = Current.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (!EndsTuple(endsAtName))
        {
            items.Add(withConditional ? ParseExpression() : ParseOr());
            if (!SkipOperator(","))
            {
                break;
            }

            isTuple = true;
        }

        if (isTuple || (items.Count == 0 && allowsEmpty))
        {
            return new SequenceExpression(line, SequenceKind.Tuple, items);
        }

        return items.Count == 1
            ? items[0]
            : throw new ChatTemplateException($"Expected an expression, got {Current.Description}", Current.Line);
    }

    private bool EndsTuple(string? endsAtName) =>
        Current.Kind is TokenKind.OutputEnd or TokenKind.BlockEnd
        || Current.IsOperator(")")
        || (endsAtName is not null && Current.IsName(endsAtName));

    private Expression ParseExpression()
    {
        Enter();
        var expression = ParseOr();
        while (Current.IsName("if"))
        {
            var line = Next().Line;
            var condition = ParseOr();
            var otherwise = SkipName("else") ? ParseExpression() : null;
            expression = new ConditionalExpression(line, condition, expression, otherwise);
        }

        Leave();
        return expression;
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (Current.IsName("or"))
        {
            left = new LogicalExpression(Next().Line, false, left, ParseAnd());
        }

        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (Current.IsName("and"))
        {
            left = new LogicalExpression(Next().Line, true, left, ParseNot());
        }

        return left;
    }

    private Expression ParseNot()
    {
        if (!Current.IsName("not"))
        {
            return ParseComparison();
        }

        Enter();
        var expression = new NotExpression(Next().Line, ParseNot());
        Leave();
        return expression;
    }

    private Expression ParseComparison()
    {
        var line = Current.Line;
        var first = ParseSum();
        var rest = new List<(string Operator, Expression Operand)>();
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                rest.Add((Next().Text, ParseSum()));
            }
            else if (SkipName("in"))
            {
                rest.Add(("in", ParseSum()));
            }
            else if (Current.IsName("not") && _tokens[_index + 1].IsName("in"))
            {
                _index += 2;
                rest.Add(("not in", ParseSum()));
            }
            else
            {
                return rest.Count == 0 ? first : new ComparisonExpression(line, first, rest);
            }
        }
    }

    private Expression ParseSum() => ParseArithmetic(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        var line = Current.Line;
        var parts = new List<Expression> { ParseProduct() };
        while (SkipOperator("~"))
        {
            parts.Add(ParseProduct());
        }

        return parts.Count == 1 ? parts[0] : new ConcatenationExpression(line, parts);
    }

    private Expression ParseProduct() => ParseArithmetic(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseArithmetic(() => ParseUnary(withFilter: true), "**");

    private Expression ParseArithmetic(Func<Expression> parseOperand, params string[] operators)
    {
        var left = parseOperand();
        while (Current.Kind == TokenKind.Operator && operators.Contains(Current.Text))
        {
            var token = Next();
            left = new ArithmeticExpression(token.Line, token.Text, left, parseOperand());
        }

        return left;
    }

    private Expression ParseUnary(bool withFilter)
    {
        Enter();
        Expression expression;
        if (Current.IsOperator("-") || Current.IsOperator("+"))
        {
            var sign = Next();
            expression = new SignExpression(sign.Line, sign.Text == "-", ParseUnary(withFilter: false));
        }
        else
        {
            expression = ParsePrimary();
        }

        expression = ParsePostfix(expression);
        expression = withFilter ? ParseFilters(expression) : expression;
        Leave();
        return expression;
    }

    private Expression ParsePrimary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return s_constants.TryGetValue(token.Text, out var constant)
                    ? new ConstantExpression(token.Line, constant)
                    : new NameExpression(token.Line, token.Text);
            case TokenKind.String:
                var text = new StringBuilder(token.Text);
                while (Current.Kind == TokenKind.String)
                {
                    text.Append(Next().Text);
                }

                return new ConstantExpression(token.Line, new TextValue(text.ToString()));
            case TokenKind.Integer:
                return new ConstantExpression(token.Line, ParseInteger(token));
            case TokenKind.Float:
                return new ConstantExpression(
                    token.Line,
                    new FloatValue(double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture))
                );
            case TokenKind.Operator when token.Text == "(":
                var inner = ParseTuple(allowsEmpty: true);
                ExpectOperator(")");
                return inner;
            case TokenKind.Operator when token.Text == "[":
                return ParseList(token);
            case TokenKind.Operator when token.Text == "{":
                return ParseDictionary(token);
            default:
                throw Unexpected(token);
        }
    }

    private static IntegerValue ParseInteger(Token token)
    {
        // About log2(10) bits a digit; the check comes first because parsing takes quadratic time.
        if (token.Text.Length * 10L / 3 > TemplateLimits.MaximumIntegerBits)
        {
            throw new ChatTemplateException($"An integer has more than {TemplateLimits.MaximumIntegerBits} bits", token.Line);
        }

        return new IntegerValue(BigInteger.Parse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    private SequenceExpression ParseList(Token opening)
    {
        var items = new List<Expression>();
        while (!SkipOperator("]"))
        {
            if (items.Count > 0)
            {
                ExpectOperator(",");
                if (SkipOperator("]"))
                {
                    break;
                }
            }

            items.Add(ParseExpression());
        }

        return new SequenceExpression(opening.Line, SequenceKind.List, items);
    }

    private DictionaryExpression ParseDictionary(Token opening)
    {
        var pairs = new List<(Expression Key, Expression Value)>();
        while (!SkipOperator("}"))
        {
            if (pairs.Count > 0)
            {
                ExpectOperator(",");
                if (SkipOperator("}"))
                {
                    break;
                }
            }

            var key = ParseExpression();
            ExpectOperator(":");
            pairs.Add((key, ParseExpression()));
        }

        return new DictionaryExpression(opening.Line, pairs);
    }
}
