using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Syntax;

/// <summary>Something that has a value.</summary>
/// <param name="Line">One-based line of the template.</param>
internal abstract record Expression(int Line);

internal sealed record ConstantExpression(int Line, TemplateValue Value) : Expression(Line);

internal sealed record NameExpression(int Line, string Name) : Expression(Line);

internal sealed record SequenceExpression(int Line, SequenceKind Kind, IReadOnlyList<Expression> Items) : Expression(Line);

internal sealed record DictionaryExpression(int Line, IReadOnlyList<(Expression Key, Expression Value)> Pairs) : Expression(Line);

/// <summary><c>target.name</c></summary>
internal sealed record AttributeExpression(int Line, Expression Target, string Name) : Expression(Line);

/// <summary><c>target[index]</c></summary>
internal sealed record SubscriptExpression(int Line, Expression Target, Expression Index) : Expression(Line);

/// <summary><c>target[start:stop:step]</c></summary>
internal sealed record SliceExpression(int Line, Expression Target, Expression? Start, Expression? Stop, Expression? Step)
    : Expression(Line);

internal sealed record CallExpression(int Line, Expression Callee, ArgumentList Arguments) : Expression(Line);

/// <summary>
/// <c>target | name(arguments)</c>. The target is null at the head of a block's filter chain, where the text of the block stands in.
/// </summary>
internal sealed record FilterExpression(int Line, Expression? Target, string Name, ArgumentList Arguments) : Expression(Line);

/// <summary><c>target is name arguments</c></summary>
internal sealed record TestExpression(int Line, Expression Target, string Name, ArgumentList Arguments) : Expression(Line);

internal sealed record NotExpression(int Line, Expression Operand) : Expression(Line);

/// <summary>Arithmetic sign: <c>-x</c> or <c>+x</c>.</summary>
internal sealed record SignExpression(int Line, bool IsNegative, Expression Operand) : Expression(Line);

/// <summary><c>left and right</c> or <c>left or right</c>; the value is that of the deciding operand.</summary>
internal sealed record LogicalExpression(int Line, bool IsAnd, Expression Left, Expression Right) : Expression(Line);

internal sealed record ArithmeticExpression(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

/// <summary><c>a ~ b ~ c</c></summary>
internal sealed record ConcatenationExpression(int Line, IReadOnlyList<Expression> Parts) : Expression(Line);

/// <summary>A chain of comparisons, <c>a &lt; b &lt;= c</c>, true when every neighbouring pair is.</summary>
internal sealed record ComparisonExpression(int Line, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest)
    : Expression(Line);

/// <summary><c>then if condition else otherwise</c></summary>
internal sealed record ConditionalExpression(int Line, Expression Condition, Expression Then, Expression? Otherwise) : Expression(Line);

/// <summary>The arguments written at a call.</summary>
internal sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static ArgumentList Empty { get; } = new([], []);
}
