namespace MobiZO.Cli.Options;

/// <summary>A property of a record of the library, and the option that sets it.</summary>
/// <param name="Record">Name of the record, e.g. <c>DataOptions</c>.</param>
/// <param name="Property">Name of the property, e.g. <c>MaxRows</c>.</param>
/// <param name="Option">The option, e.g. <c>--max-rows</c>.</param>
internal sealed record ApiName(string Record, string Property, string Option)
{
    /// <summary>Whether the option sets the property to false: <c>--no-header</c>.</summary>
    public bool IsOff { get; init; }

    /// <summary>Whether the option takes no value.</summary>
    public bool IsFlag { get; init; }

    /// <summary>Whether the property names a file or folder.</summary>
    public bool IsPath { get; init; }

    /// <summary>
    /// What the option calls the members of the property's enumeration, by the library's name: <c>int4</c> for <c>WeightFormat.Int4</c>.
    /// Only errors need it, and building it costs a start more than the rest of the option.
    /// </summary>
    public Func<IEnumerable<KeyValuePair<string, string>>> Members { get; init; } = static () => [];
}
