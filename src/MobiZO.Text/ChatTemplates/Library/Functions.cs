using System.Numerics;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>Functions that every template sees.</summary>
internal static class Functions
{
    private static readonly Signature s_range = new("range", false, "start", "stop", "step");
    private static readonly Signature s_namespace = new("namespace", true, "init");
    private static readonly Signature s_joiner = new("joiner", false, "sep");
    private static readonly Signature s_dict = new("dict", true, "init");
    private static readonly Signature s_raise = new("raise_exception", false, "message");
    private static readonly Signature s_strftime = new("strftime_now", false, "format");

    public static IReadOnlyDictionary<string, CallableValue> All { get; } =
        new Dictionary<string, CallableValue>(StringComparer.Ordinal)
        {
            ["range"] = Function("range", Range),
            ["namespace"] = Function("namespace", Namespace),
            ["dict"] = Function("dict", Dict),
            ["joiner"] = Function("joiner", Joiner),
            ["cycler"] = Function("cycler", arguments => Cycler.Make(arguments)),
            ["raise_exception"] = Function("raise_exception", RaiseException),
        };

    /// <summary><c>strftime_now</c> at a fixed time.</summary>
    public static CallableValue StrftimeNow(DateTime time) =>
        Function(
            "strftime_now",
            arguments => arguments.Context.Text(PythonTime.Format(time, arguments.Bind(s_strftime).Text(0), arguments.Context))
        );

    /// <summary>What to add to the error about an undefined name.</summary>
    public static string HintFor(string name) =>
        name switch
        {
            "strftime_now" => "; give ChatTemplateOptions.CurrentTime to define it",
            "lipsum" => "; this function of Jinja is not supported",
            _ => string.Empty,
        };

    private static CallableValue Function(string name, Func<CallArguments, TemplateValue> invoke) =>
        new("function", $"<function {name}>", invoke);

    private static SequenceValue Range(CallArguments arguments)
    {
        var bound = arguments.Bind(s_range);
        var first = Integer(bound, 0);
        var (start, stop) = bound[1] is null ? (BigInteger.Zero, first) : (first, Integer(bound, 1));
        var step = bound[2] is null ? BigInteger.One : Integer(bound, 2);
        if (step.IsZero)
        {
            throw arguments.Context.Error("range() arg 3 must not be zero");
        }

        var distance = step.Sign > 0 ? stop - start : start - stop;
        var count = distance.Sign <= 0 ? BigInteger.Zero : ((distance - 1) / BigInteger.Abs(step)) + 1;
        arguments.Context.CheckItemCount((long)BigInteger.Min(count, long.MaxValue));
        var items = new List<TemplateValue>((int)count);
        for (var index = 0; index < (int)count; index++)
        {
            items.Add(new IntegerValue(start + (index * step)));
        }

        return arguments.Context.Range(new RangeBounds(start, stop, step), items);
    }

    private static BigInteger Integer(BoundArguments arguments, int index) =>
        PythonNumbers.TryInteger(arguments.Required(index), out var value) ? value : throw arguments.Wrong(index, "an integer");

    private static NamespaceValue Namespace(CallArguments arguments)
    {
        var holder = new NamespaceValue();
        foreach (var (key, value) in Entries(arguments, s_namespace))
        {
            holder.Attributes[key is TextValue name ? name.Text : throw arguments.Context.Error("namespace() needs text keys")] = value;
        }

        return holder;
    }

    /// <summary>Nothing at the first call, then the separator at every other.</summary>
    private static CallableValue Joiner(CallArguments arguments)
    {
        var separator = arguments.Bind(s_joiner)[0] ?? new TextValue(", ");
        var isUsed = false;
        return new CallableValue(
            "Joiner",
            "<jinja2.utils.Joiner object>",
            call =>
            {
                if (call.Positional.Count + call.Named.Count > 0)
                {
                    throw call.Context.Error("a joiner takes no arguments");
                }

                (var text, isUsed) = (isUsed ? separator : TextValue.Empty, true);
                return text;
            }
        );
    }

    private static DictionaryValue Dict(CallArguments arguments) => arguments.Context.Dictionary(Entries(arguments, s_dict));

    private static OrderedDictionary<TemplateValue, TemplateValue> Entries(CallArguments arguments, Signature signature)
    {
        var bound = arguments.Bind(signature);
        var entries = DictionaryValue.NewEntries();
        switch (bound[0])
        {
            case null:
                break;
            case DictionaryValue dictionary:
                foreach (var (key, value) in dictionary.Entries)
                {
                    entries[key] = value;
                }

                break;
            default:
                foreach (var pair in Operators.Iterate(bound.Required(0), arguments.Context))
                {
                    var items = Operators.Iterate(pair, arguments.Context);
                    entries[arguments.Context.Key(items.Count == 2 ? items[0] : throw bound.Wrong(0, "a mapping or pairs"))] = items[1];
                }

                break;
        }

        foreach (var (name, value) in bound.OtherNamed)
        {
            entries[new TextValue(name)] = value;
        }

        return entries;
    }

    private static NoneValue RaiseException(CallArguments arguments)
    {
        var message = PythonText.Display(arguments.Bind(s_raise).Required(0), arguments.Context);
        throw ChatTemplateException.Raised(message, arguments.Context.Line);
    }
}
