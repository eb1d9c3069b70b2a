using System.CommandLine;

namespace MobiZO.Cli.Options;

/// <summary>An option and the property of a record that it sets, from the command line or from a run file.</summary>
/// <param name="Option">The option.</param>
/// <param name="Api">How the library calls the property.</param>
/// <param name="Properties">The property within the record, with the properties that lead to it.</param>
/// <param name="Get">The value of the property.</param>
/// <param name="Show">What the option says, as text; null when it has no value.</param>
/// <param name="Apply">The record with the property set, if the option was given.</param>
/// <param name="Read">
/// The record with the property set to a value of a run file; throws <see cref="FormatException"/> with what was expected.
/// </param>
internal sealed record BoundOption<TRecord>(
    Option Option,
    ApiName Api,
    IReadOnlyList<string> Properties,
    Func<TRecord, object?> Get,
    Func<TRecord, string?> Show,
    Func<TRecord, ParseResult, TRecord> Apply,
    Func<TRecord, WrittenValue, TRecord> Read
);
