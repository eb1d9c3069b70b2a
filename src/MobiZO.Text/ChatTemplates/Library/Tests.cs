using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>What stands behind <c>is</c>.</summary>
internal static class Tests
{
    public static Registry<TemplateValue, bool> All { get; } =
        new Registry<TemplateValue, bool>()
            .Add("defined", [], (value, _) => value is not UndefinedValue)
            .Add("undefined", [], (value, _) => value is UndefinedValue)
            .Add("none", [], (value, _) => value is NoneValue)
            .Add("boolean", [], (value, _) => value is BooleanValue)
            .Add("true", [], (value, _) => value is BooleanValue { Value: true })
            .Add("false", [], (value, _) => value is BooleanValue { Value: false })
            .Add("number", [], (value, _) => PythonNumbers.IsNumber(value))
            .Add("integer", [], (value, _) => value is IntegerValue)
            .Add("float", [], (value, _) => value is FloatValue)
            .Add("string", [], (value, _) => value is TextValue)
            .Add("mapping", [], (value, _) => value is DictionaryValue)
            .Add(
                "sequence",
                [],
                (value, _) => value is TextValue or DictionaryValue or UndefinedValue or SequenceValue { IsIndexable: true }
            )
            .Add("iterable", [], (value, _) => value is TextValue or DictionaryValue or UndefinedValue or SequenceValue or IteratorValue)
            .Add("callable", [], (value, _) => value is CallableValue or LoopValue or UndefinedValue)
            .Add("sameas", ["other"], (value, arguments) => IsSame(value, arguments.Required(0)))
            .Add("escaped", [], (_, _) => false)
            .Add(
                "odd",
                [],
                (value, arguments) =>
                    Operators.AreEqual(Remainder(value, new IntegerValue(2), arguments), new IntegerValue(1), arguments.Context)
            )
            .Add("even", [], (value, arguments) => !Remainder(value, new IntegerValue(2), arguments).IsTrue)
            .Add("divisibleby", ["num"], (value, arguments) => !Remainder(value, arguments.Required(0), arguments).IsTrue)
            .Add("lower", [], (value, arguments) => TextMethods.IsLower(PythonText.Display(value, arguments.Context)))
            .Add("upper", [], (value, arguments) => TextMethods.IsUpper(PythonText.Display(value, arguments.Context)))
            .Add("in", ["seq"], (value, arguments) => Operators.Contains(arguments.Required(0), value, arguments.Context))
            .Add("filter", [], (value, arguments) => Filters.All.Contains(PythonText.Display(value, arguments.Context)))
            .Add("test", [], (value, arguments) => IsTest(PythonText.Display(value, arguments.Context)))
            .Add("eq", ["other"], Comparison("=="))
            .Alias("==", "eq")
            .Alias("equalto", "eq")
            .Add("ne", ["other"], Comparison("!="))
            .Alias("!=", "ne")
            .Add("lt", ["other"], Comparison("<"))
            .Alias("<", "lt")
            .Alias("lessthan", "lt")
            .Add("le", ["other"], Comparison("<="))
            .Alias("<=", "le")
            .Add("gt", ["other"], Comparison(">"))
            .Alias(">", "gt")
            .Alias("greaterthan", "gt")
            .Add("ge", ["other"], Comparison(">="))
            .Alias(">=", "ge");

    public static ChatTemplateException Unknown(string name, RenderContext context) => context.Error($"No test named '{name}'");

    /// <summary>Runs a test by name, as select and its relatives do.</summary>
    public static bool Run(string name, TemplateValue value, CallArguments arguments) =>
        All.TryInvoke(name, value, arguments, out var result) ? result : throw Unknown(name, arguments.Context);

    private static bool IsTest(string name) => All.Contains(name);

    private static Func<TemplateValue, BoundArguments, bool> Comparison(string symbol) =>
        (value, arguments) => Operators.Test(symbol, value, arguments.Required(0), arguments.Context);

    private static bool IsSame(TemplateValue value, TemplateValue other) =>
        ReferenceEquals(value, other)
        || (value.GetType() == other.GetType() && KeyComparer.IsKey(value) && KeyComparer.Instance.Equals(value, other));

    private static TemplateValue Remainder(TemplateValue value, TemplateValue divisor, BoundArguments arguments) =>
        PythonNumbers.IsNumber(value) || value is UndefinedValue
            ? Operators.Calculate("%", value, divisor, arguments.Context)
            : throw arguments.Context.Error($"The test needs a number, got '{value.TypeName}'");
}
