using System.Numerics;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>What <c>cycler()</c> makes: goes through its items again and again.</summary>
internal sealed class Cycler(IReadOnlyList<TemplateValue> items) : TemplateValue
{
    private int _position;

    public override string TypeName => "Cycler";

    public override string Description => "<jinja2.utils.Cycler object>";

    /// <summary>A cycler over the arguments of a call.</summary>
    public static Cycler Make(CallArguments arguments)
    {
        if (arguments.Named.Count > 0)
        {
            throw arguments.Context.Error($"cycler() got an unexpected keyword argument '{arguments.Named.Keys.First()}'");
        }

        return arguments.Positional.Count > 0
            ? new Cycler(arguments.Positional)
            : throw arguments.Context.Error("at least one item has to be provided");
    }

    public TemplateValue? Find(string name, RenderContext context) =>
        name switch
        {
            "current" => items[_position],
            "next" => Method(
                name,
                () =>
                {
                    var now = items[_position];
                    _position = (_position + 1) % items.Count;
                    return now;
                }
            ),
            "reset" => Method(
                name,
                () =>
                {
                    _position = 0;
                    return NoneValue.Instance;
                }
            ),
            "items" => context.Sequence(SequenceKind.Tuple, items),
            "pos" => new IntegerValue(new BigInteger(_position)),
            _ => null,
        };

    private static CallableValue Method(string name, Func<TemplateValue> invoke) =>
        new(
            "method",
            $"<bound method Cycler.{name}>",
            arguments =>
                arguments.Positional.Count + arguments.Named.Count == 0
                    ? invoke()
                    : throw arguments.Context.Error($"{name}() of a cycler takes no arguments")
        );
}
