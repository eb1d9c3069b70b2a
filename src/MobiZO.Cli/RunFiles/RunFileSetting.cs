using MobiZO.Cli.Options;

namespace MobiZO.Cli.RunFiles;

/// <summary>A setting of a run file.</summary>
/// <param name="Bound">The option that sets it on the command line.</param>
/// <param name="Keys">The keys that lead to it.</param>
/// <param name="Aliases">Other last keys: the names of the option.</param>
internal sealed record RunFileSetting<TRecord>(BoundOption<TRecord> Bound, IReadOnlyList<string> Keys, IReadOnlyList<string> Aliases)
{
    /// <summary>The keys as one text: <c>data.max_rows</c>.</summary>
    public string Name => string.Join('.', Keys);
}
