namespace MobiZO.Cli.Help;

/// <summary>Options of one purpose.</summary>
/// <param name="Title">The purpose, e.g. <c>Data</c>.</param>
/// <param name="Entries">The options in the order of the help.</param>
internal sealed record HelpSection(string Title, IReadOnlyList<HelpEntry> Entries);
