using System.Globalization;
using System.Numerics;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>The variable <c>loop</c> inside of a for loop.</summary>
internal sealed class LoopValue(IReadOnlyList<TemplateValue> items, int depth, Func<TemplateValue, TemplateValue>? recurse) : TemplateValue
{
    private static readonly Signature s_call = new("loop", false, "iterable");

    private IReadOnlyList<TemplateValue>? _lastChanged;

    public override string TypeName => "LoopContext";

    /// <summary>Zero-based round.</summary>
    public int Index { get; set; }

    public override string Description => string.Create(CultureInfo.InvariantCulture, $"<LoopContext {Index + 1}/{items.Count}>");

    public TemplateValue? Find(string name) =>
        name switch
        {
            "index" => Integer(Index + 1),
            "index0" => Integer(Index),
            "revindex" => Integer(items.Count - Index),
            "revindex0" => Integer(items.Count - Index - 1),
            "first" => BooleanValue.Of(Index == 0),
            "last" => BooleanValue.Of(Index == items.Count - 1),
            "length" => Integer(items.Count),
            "depth" => Integer(depth),
            "depth0" => Integer(depth - 1),
            "previtem" => Index > 0 ? items[Index - 1] : new UndefinedValue("there is no previous item"),
            "nextitem" => Index < items.Count - 1 ? items[Index + 1] : new UndefinedValue("there is no next item"),
            "cycle" => Method("cycle", Cycle),
            "changed" => Method("changed", HasChanged),
            _ => null,
        };

    /// <summary>Renders the loop over further items; only a recursive loop can.</summary>
    public TemplateValue Call(CallArguments arguments)
    {
        if (recurse is null)
        {
            throw arguments.Context.Error("The loop must have the 'recursive' marker to be called");
        }

        return recurse(arguments.Bind(s_call).Required(0));
    }

    private static IntegerValue Integer(int value) => new(new BigInteger(value));

    private static CallableValue Method(string name, Func<CallArguments, TemplateValue> invoke) =>
        new("method", $"<bound method LoopContext.{name}>", invoke);

    private TemplateValue Cycle(CallArguments arguments) =>
        arguments.Positional.Count > 0
            ? arguments.Positional[Index % arguments.Positional.Count]
            : throw arguments.Context.Error("no items for cycling given");

    private BooleanValue HasChanged(CallArguments arguments)
    {
        var hasChanged =
            _lastChanged is null
            || _lastChanged.Count != arguments.Positional.Count
            || !_lastChanged.Zip(arguments.Positional).All(pair => Operators.AreEqual(pair.First, pair.Second, arguments.Context));
        _lastChanged = arguments.Positional;
        return BooleanValue.Of(hasChanged);
    }
}
