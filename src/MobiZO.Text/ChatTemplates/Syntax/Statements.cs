namespace MobiZO.Text.ChatTemplates.Syntax;

/// <summary>Something that is carried out.</summary>
/// <param name="Line">One-based line of the template.</param>
internal abstract record Statement(int Line);

internal sealed record TextStatement(int Line, string Text) : Statement(Line);

internal sealed record OutputStatement(int Line, Expression Value) : Statement(Line);

internal sealed record IfStatement(
    int Line,
    IReadOnlyList<(Expression Condition, IReadOnlyList<Statement> Body)> Branches,
    IReadOnlyList<Statement> Otherwise
) : Statement(Line);

internal sealed record ForStatement(
    int Line,
    AssignmentTarget Target,
    Expression Items,
    Expression? Condition,
    bool IsRecursive,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Otherwise
) : Statement(Line);

internal sealed record BreakStatement(int Line) : Statement(Line);

internal sealed record ContinueStatement(int Line) : Statement(Line);

internal sealed record SetStatement(int Line, AssignmentTarget Target, Expression Value) : Statement(Line);

/// <summary><c>set target | filter</c> ... <c>endset</c>: the target gets the text of the body.</summary>
internal sealed record SetBlockStatement(int Line, AssignmentTarget Target, FilterExpression? Filter, IReadOnlyList<Statement> Body)
    : Statement(Line);

internal sealed record FilterBlockStatement(int Line, FilterExpression Filter, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record WithStatement(
    int Line,
    IReadOnlyList<(AssignmentTarget Target, Expression Value)> Variables,
    IReadOnlyList<Statement> Body
) : Statement(Line);

internal sealed record MacroStatement(int Line, MacroDefinition Macro) : Statement(Line);

/// <summary><c>call(parameters) callee(arguments)</c> ... <c>endcall</c>: the callee sees the body as the macro <c>caller</c>.</summary>
internal sealed record CallBlockStatement(int Line, MacroDefinition Caller, CallExpression Call) : Statement(Line);

/// <summary><c>generation</c> ... <c>endgeneration</c>: marks text that the model is to learn.</summary>
internal sealed record GenerationStatement(int Line, IReadOnlyList<Statement> Body) : Statement(Line);

/// <summary>
/// What a macro is made of. The names that occur in its body tell whether it takes <c>varargs</c>, <c>kwargs</c> and <c>caller</c>.
/// </summary>
internal sealed record MacroDefinition(
    string Name,
    IReadOnlyList<(string Name, Expression? Default)> Parameters,
    IReadOnlyList<Statement> Body,
    IReadOnlySet<string> NamesInBody
);

/// <summary>What a value is bound to.</summary>
internal abstract record AssignmentTarget(int Line);

internal sealed record NameTarget(int Line, string Name) : AssignmentTarget(Line);

/// <summary><c>name.attribute</c> of a namespace.</summary>
internal sealed record NamespaceTarget(int Line, string Name, string Attribute) : AssignmentTarget(Line);

internal sealed record TupleTarget(int Line, IReadOnlyList<AssignmentTarget> Items) : AssignmentTarget(Line);
