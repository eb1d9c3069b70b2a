using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Library;

/// <summary>Functions by name that act on a target: filters, tests, or the methods of one kind of value.</summary>
/// <typeparam name="TTarget">What they act on.</typeparam>
/// <typeparam name="TResult">What they return.</typeparam>
internal sealed class Registry<TTarget, TResult>
{
    private readonly Dictionary<string, (Signature Signature, Func<TTarget, BoundArguments, TResult> Function)> _entries = new(
        StringComparer.Ordinal
    );

    /// <summary>Adds a function with the names of its parameters, the target left out.</summary>
    public Registry<TTarget, TResult> Add(string name, string[] parameters, Func<TTarget, BoundArguments, TResult> function)
    {
        _entries.Add(name, (new Signature(name, isOpen: false, parameters), function));
        return this;
    }

    /// <summary>Adds a function that takes any further arguments.</summary>
    public Registry<TTarget, TResult> AddOpen(string name, string[] parameters, Func<TTarget, BoundArguments, TResult> function)
    {
        _entries.Add(name, (new Signature(name, isOpen: true, parameters), function));
        return this;
    }

    /// <summary>Adds a second name.</summary>
    public Registry<TTarget, TResult> Alias(string name, string existing)
    {
        _entries.Add(name, _entries[existing]);
        return this;
    }

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>Calls a function; false when there is none of that name.</summary>
    public bool TryInvoke(string name, TTarget target, CallArguments arguments, out TResult result)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            result = default!;
            return false;
        }

        if (target is TemplateValue value)
        {
            arguments.Context.Spend(value.Weight);
        }
        else if (target is string text)
        {
            arguments.Context.Spend(1 + (text.Length / 16));
        }

        result = entry.Function(target, arguments.Bind(entry.Signature));
        return true;
    }
}

/// <summary>Methods as values.</summary>
internal static class MethodRegistry
{
    /// <summary>A method bound to its object, or null when there is none of that name.</summary>
    public static CallableValue? Bound<TTarget>(
        this Registry<TTarget, TemplateValue> methods,
        TTarget target,
        string name,
        string typeName
    ) =>
        methods.Contains(name)
            ? new CallableValue(
                "builtin_function_or_method",
                $"<built-in method {name} of {typeName} object>",
                arguments => methods.TryInvoke(name, target, arguments, out var result) ? result : NoneValue.Instance
            )
            : null;
}
