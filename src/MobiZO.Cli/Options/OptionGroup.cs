using System.CommandLine;
using MobiZO.Cli.Help;

namespace MobiZO.Cli.Options;

/// <summary>
/// Options of one purpose, each bound to a property of a record. An option that is not given leaves the record as it is, so that defaults
/// live in the records alone and a stored configuration can be continued with a few options changed.
/// </summary>
/// <param name="title">The purpose; the section of the help.</param>
/// <param name="defaults">The record whose values the help shows.</param>
internal sealed class OptionGroup<TRecord>(string title, TRecord defaults)
{
    private readonly List<BoundOption<TRecord>> _bound = [];

    /// <summary>The options with their bindings.</summary>
    public IReadOnlyList<BoundOption<TRecord>> Bound => _bound;

    /// <summary>Adds an option with a value.</summary>
    /// <param name="names">Its name and further names.</param>
    /// <param name="description">One line for the help; says what holds when the default is empty.</param>
    /// <param name="value">How the value is written.</param>
    /// <param name="property">Name of the property.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Sets the property.</param>
    public void Add<TValue>(
        string[] names,
        string description,
        OptionValue<TValue> value,
        string property,
        Func<TRecord, object?> get,
        Func<TRecord, TValue, TRecord> set
    )
        where TValue : notnull =>
        Add(names, description, value.Kind, typeof(TValue), property, get, (record, read) => set(record, (TValue)read));

    // One form for values of every type: each would be compiled anew at every start.
    private void Add(
        string[] names,
        string description,
        OptionKind kind,
        Type type,
        string property,
        Func<TRecord, object?> get,
        Func<TRecord, object, TRecord> set
    )
    {
        var option = CreateOption<object>(names, description, kind);
        var api = new ApiName(typeof(TRecord).Name, property, names[0])
        {
            IsPath = kind.IsPath,
            Members = () => kind.Names.Select(pair => KeyValuePair.Create($"{type.Name}.{pair.Value}", pair.Name)),
        };
        _bound.Add(
            new BoundOption<TRecord>(
                option,
                api,
                [property],
                record => Named(get(record), kind),
                record => OptionValue.Show(Named(get(record), kind)),
                (record, result) => IsGiven(result, option) ? set(record, result.GetRequiredValue(option)) : record,
                (record, written) => set(record, kind.Read(written))
            )
        );
    }

    /// <summary>Adds an option with a value.</summary>
    public void Add<TValue>(
        string name,
        string description,
        OptionValue<TValue> value,
        string property,
        Func<TRecord, object?> get,
        Func<TRecord, TValue, TRecord> set
    )
        where TValue : notnull => Add([name], description, value, property, get, set);

    /// <summary>Adds an option without a value.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">One line for the help.</param>
    /// <param name="property">Name of the property.</param>
    /// <param name="get">Reads the property.</param>
    /// <param name="set">Sets the property.</param>
    /// <param name="whenGiven">What the option sets the property to.</param>
    public void AddFlag(
        string name,
        string description,
        string property,
        Func<TRecord, bool> get,
        Func<TRecord, bool, TRecord> set,
        bool whenGiven = true
    )
    {
        var option = new Option<bool>(name) { Description = description, Arity = ArgumentArity.Zero };
        _bound.Add(
            new BoundOption<TRecord>(
                option,
                new ApiName(typeof(TRecord).Name, property, name) { IsOff = !whenGiven, IsFlag = true },
                [property],
                record => get(record),
                record => OptionValue.Show(get(record) == whenGiven),
                (record, result) => IsGiven(result, option) ? set(record, whenGiven) : record,
                (record, written) => set(record, (bool)OptionValue.Flag.Kind.Read(written))
            )
        );
    }

    /// <summary>Adds the options of a record that this record holds.</summary>
    /// <param name="inner">The options.</param>
    /// <param name="property">Name of the property that holds the record.</param>
    /// <param name="get">Reads that property.</param>
    /// <param name="set">Sets it.</param>
    public void Include<TInner>(OptionGroup<TInner> inner, string property, Func<TRecord, TInner> get, Func<TRecord, TInner, TRecord> set)
    {
        foreach (var bound in inner.Bound)
        {
            _bound.Add(
                new BoundOption<TRecord>(
                    bound.Option,
                    bound.Api,
                    [property, .. bound.Properties],
                    record => bound.Get(get(record)),
                    record => bound.Show(get(record)),
                    (record, result) => IsGiven(result, bound.Option) ? set(record, bound.Apply(get(record), result)) : record,
                    (record, written) => set(record, bound.Read(get(record), written))
                )
            );
        }
    }

    /// <summary>The record with every given option applied.</summary>
    public TRecord Bind(ParseResult result, TRecord record) => _bound.Aggregate(record, (current, bound) => bound.Apply(current, result));

    /// <summary>The section of the help.</summary>
    public HelpSection ToSection() =>
        new(title, [.. _bound.Select(bound => new HelpEntry(bound.Option, bound.Show(defaults) is { Length: > 0 } text ? text : null))]);

    internal static Option<TValue> CreateOption<TValue>(string[] names, string description, OptionValue<TValue> value)
        where TValue : notnull => CreateOption<TValue>(names, description, value.Kind);

    internal static Option<TValue> CreateOption<TValue>(string[] names, string description, OptionKind kind) =>
        new(names[0], names[1..])
        {
            Description = description,
            HelpName = kind.Name,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = argument =>
            {
                var text = argument.Tokens[0].Value;
                try
                {
                    return (TValue)kind.Parse(text);
                }
                catch (FormatException)
                {
                    argument.AddError($"{names[0]}: expected {kind.Expected}, found '{text}'.");
                    return default;
                }
            },
        };

    private static object? Named(object? found, OptionKind kind) =>
        kind.Names.FirstOrDefault(pair => Equals(pair.Value, found)).Name is { } name ? new Word(name) : found;

    private static bool IsGiven(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
