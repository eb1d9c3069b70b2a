using System.CommandLine;

namespace MobiZO.Cli.Options;

/// <summary>An option and the property of a record that it sets.</summary>
/// <param name="Option">The option.</param>
/// <param name="Show">The property as text; null when it has no value.</param>
/// <param name="Apply">The record with the property set, if the option was given.</param>
internal sealed record BoundOption<TRecord>(Option Option, Func<TRecord, string?> Show, Func<TRecord, ParseResult, TRecord> Apply);
