namespace MobiZO.Text.ChatTemplates.Syntax;

internal sealed partial class Parser
{
    private static readonly string[] s_unsupportedTags =
    [
        "include",
        "import",
        "from",
        "extends",
        "block",
        "do",
        "trans",
        "autoescape",
        "debug",
    ];

    private Statement ParseStatement()
    {
        var tag = ExpectAnyName("the name of a tag");
        return tag.Text switch
        {
            "if" => ParseIf(tag),
            "for" => ParseFor(tag),
            "break" or "continue" => ParseLoopControl(tag),
            "set" => ParseSet(tag),
            "with" => ParseWith(tag),
            "macro" => ParseMacro(tag),
            "call" => ParseCallBlock(tag),
            "filter" => ParseFilterBlock(tag),
            "generation" => new GenerationStatement(tag.Line, ParseClosedBody(tag, "endgeneration")),
            _ when s_unsupportedTags.Contains(tag.Text) => throw new ChatTemplateException(
                $"The tag '{tag.Text}' is not supported in chat templates",
                tag.Line
            ),
            _ => throw new ChatTemplateException($"Encountered unknown tag '{tag.Text}'", tag.Line),
        };
    }

    private IfStatement ParseIf(Token opening)
    {
        var branches = new List<(Expression Condition, IReadOnlyList<Statement> Body)>();
        IReadOnlyList<Statement> otherwise = [];
        while (true)
        {
            var condition = ParseTuple();
            Expect(TokenKind.BlockEnd);
            branches.Add((condition, ParseBody("if", opening, ["elif", "else", "endif"])));
            var tag = Next();
            if (tag.Text == "elif")
            {
                continue;
            }

            if (tag.Text == "else")
            {
                otherwise = ParseClosedBody(opening, "endif");
            }

            return new IfStatement(opening.Line, branches, otherwise);
        }
    }

    private ForStatement ParseFor(Token opening)
    {
        var target = ParseTargets(allowsNamespace: false);
        ExpectName("in");
        var items = ParseTuple(withConditional: false, endsAtName: "recursive");
        var condition = SkipName("if") ? ParseExpression() : null;
        var isRecursive = SkipName("recursive");
        Expect(TokenKind.BlockEnd);
        _loopDepth++;
        var body = ParseBody("for", opening, ["endfor", "else"]);
        _loopDepth--;
        var otherwise = Next().Text == "else" ? ParseClosedBody(opening, "endfor") : [];
        return new ForStatement(opening.Line, target, items, condition, isRecursive, body, otherwise);
    }

    private Statement ParseLoopControl(Token tag)
    {
        if (_loopDepth == 0)
        {
            throw new ChatTemplateException($"The tag '{tag.Text}' stands outside of a loop", tag.Line);
        }

        return tag.Text == "break" ? new BreakStatement(tag.Line) : new ContinueStatement(tag.Line);
    }

    private Statement ParseSet(Token opening)
    {
        var target = ParseTargets(allowsNamespace: true);
        if (SkipOperator("="))
        {
            return new SetStatement(opening.Line, target, ParseTuple());
        }

        var filter = SkipOperator("|") ? ParseFilterChain() : null;
        return new SetBlockStatement(opening.Line, target, filter, ParseOutsideLoop(() => ParseClosedBody(opening, "endset")));
    }

    private WithStatement ParseWith(Token opening)
    {
        var variables = new List<(AssignmentTarget Target, Expression Value)>();
        while (Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                ExpectOperator(",");
            }

            var target = ParseTarget(allowsNamespace: false);
            ExpectOperator("=");
            variables.Add((target, ParseExpression()));
        }

        return new WithStatement(opening.Line, variables, ParseClosedBody(opening, "endwith"));
    }

    private MacroStatement ParseMacro(Token opening)
    {
        var name = ExpectAnyName("the name of the macro").Text;
        return new MacroStatement(opening.Line, ParseDefinition(name, ParseParameters(), opening, "endmacro"));
    }

    private CallBlockStatement ParseCallBlock(Token opening)
    {
        var parameters = Current.IsOperator("(") ? ParseParameters() : [];
        if (ParseExpression() is not CallExpression call)
        {
            throw new ChatTemplateException("The tag 'call' needs a call of a macro", opening.Line);
        }

        return new CallBlockStatement(opening.Line, ParseDefinition("caller", parameters, opening, "endcall"), call);
    }

    private MacroDefinition ParseDefinition(string name, List<(string Name, Expression? Default)> parameters, Token opening, string endTag)
    {
        var start = _index;
        var body = ParseOutsideLoop(() => ParseClosedBody(opening, endTag));
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var index = start; index < _index; index++)
        {
            if (_tokens[index].Kind == TokenKind.Name)
            {
                names.Add(_tokens[index].Text);
            }
        }

        return new MacroDefinition(name, parameters, body, names);
    }

    private FilterBlockStatement ParseFilterBlock(Token opening)
    {
        var filter = ParseFilterChain();
        return new FilterBlockStatement(opening.Line, filter, ParseOutsideLoop(() => ParseClosedBody(opening, "endfilter")));
    }

    /// <summary>A body whose text is collected apart from the loop around it cannot leave that loop.</summary>
    private IReadOnlyList<Statement> ParseOutsideLoop(Func<IReadOnlyList<Statement>> parse)
    {
        var loopDepth = _loopDepth;
        _loopDepth = 0;
        var body = parse();
        _loopDepth = loopDepth;
        return body;
    }

    private List<(string Name, Expression? Default)> ParseParameters()
    {
        var parameters = new List<(string Name, Expression? Default)>();
        ExpectOperator("(");
        while (!SkipOperator(")"))
        {
            if (parameters.Count > 0)
            {
                ExpectOperator(",");
            }

            var name = ExpectAnyName("the name of a parameter");
            var fallback = SkipOperator("=") ? ParseExpression() : null;
            if (fallback is null && parameters.Count > 0 && parameters[^1].Default is not null)
            {
                throw new ChatTemplateException($"The parameter '{name.Text}' without a default follows one with a default", name.Line);
            }

            parameters.Add((name.Text, fallback));
        }

        return parameters;
    }

    private AssignmentTarget ParseTargets(bool allowsNamespace)
    {
        var line = Current.Line;
        var targets = new List<AssignmentTarget> { ParseTarget(allowsNamespace) };
        var isTuple = false;
        while (SkipOperator(","))
        {
            isTuple = true;
            if (Current.Kind is not TokenKind.Name && !Current.IsOperator("("))
            {
                break;
            }

            if (Current.IsName("in"))
            {
                break;
            }

            targets.Add(ParseTarget(allowsNamespace));
        }

        return isTuple ? new TupleTarget(line, targets) : targets[0];
    }

    private AssignmentTarget ParseTarget(bool allowsNamespace)
    {
        if (SkipOperator("("))
        {
            Enter();
            var inner = ParseTargets(allowsNamespace);
            Leave();
            ExpectOperator(")");
            return inner;
        }

        var name = ExpectAnyName("the name of a variable");
        if (s_constants.ContainsKey(name.Text))
        {
            throw new ChatTemplateException($"Cannot assign to '{name.Text}'", name.Line);
        }

        if (allowsNamespace && SkipOperator("."))
        {
            return new NamespaceTarget(name.Line, name.Text, ExpectAnyName("the name of an attribute").Text);
        }

        return new NameTarget(name.Line, name.Text);
    }
}
