using System.CommandLine;

namespace MobiZO.Cli.Help;

/// <summary>One option in the help.</summary>
/// <param name="Option">The option.</param>
/// <param name="Default">What holds when it is not given; null: nothing to say.</param>
internal sealed record HelpEntry(Option Option, string? Default);
