using System.Collections.Frozen;
using System.Text.RegularExpressions;
using MobiZO.Generation;

namespace MobiZO.Cli.Options;

/// <summary>
/// Says a message of the library in the words of the command line. The library knows no options and calls a setting by its property
/// (<c>DataOptions.MaxRows</c>, <c>MaxRows</c>); the bindings of the options know which option sets it.
/// </summary>
internal sealed partial class OptionNames
{
    private static readonly Lazy<OptionNames> s_all = new(() =>
        new OptionNames([
            .. Names(FineTuneOptionGroups.ForTraining().All),
            .. Names(EvaluationOptionGroups.Create()),
            .. Names([GenerationOptionGroup.Create()]),
        ])
    );

    private readonly FrozenDictionary<string, ApiName> _byFullName;
    private readonly FrozenDictionary<string, ApiName> _byProperty;
    private readonly FrozenDictionary<string, string> _members;
    private readonly FrozenDictionary<string, string> _membersAlone;

    private OptionNames(IReadOnlyList<(string FullName, ApiName Name)> names)
    {
        // A property of several records is an option's only if it is the same option in all of them.
        All = [.. names.Select(pair => pair.Name).DistinctBy(name => (name.Record, name.Property, name.Option))];
        _byFullName = names
            .DistinctBy(pair => pair.FullName)
            .ToFrozenDictionary(pair => pair.FullName, pair => pair.Name, StringComparer.Ordinal);
        var records = All.Select(name => name.Record).ToHashSet(StringComparer.Ordinal);
        _byProperty = All.GroupBy(name => name.Property, StringComparer.Ordinal)
            .Where(group => group.DistinctBy(name => name.Option).Count() == 1 && !records.Contains(group.Key + "Options"))
            .ToFrozenDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        _members = All.SelectMany(name => name.Members()).DistinctBy(pair => pair.Key).ToFrozenDictionary(StringComparer.Ordinal);
        _membersAlone = _members
            .GroupBy(pair => pair.Key.Split('.')[1], pair => pair.Value, StringComparer.Ordinal)
            .Where(group => group.Distinct().Count() == 1)
            .ToFrozenDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
    }

    /// <summary>Every property that an option sets.</summary>
    public IReadOnlyList<ApiName> All { get; }

    /// <summary>The names of the commands' options.</summary>
    public static OptionNames Default => s_all.Value;

    /// <summary>The message with options in the place of properties; what stands in quotes is left alone.</summary>
    public static string Translate(string message) =>
        Piece().Replace(message, match => match.Groups["name"].Success ? s_all.Value.Translate(match) : match.Value);

    private string Translate(Match match)
    {
        var (name, between, value) = (match.Groups["name"].Value, match.Groups["between"].Value, match.Groups["value"].Value);
        var rest = value.Length > 0 ? between + Translate(value) : match.Groups["rest"].Value;
        if (_members.TryGetValue(name, out var member) || (match.Groups["to"].Success && _membersAlone.TryGetValue(name, out member)))
        {
            return member + rest;
        }

        var found = _byFullName.GetValueOrDefault(name) ?? (IsSetting(name, match) ? _byProperty.GetValueOrDefault(name) : null);
        return found is null ? name + rest : found.Option + Rest(found, between, value, rest);
    }

    /// <summary>What follows a setting: its value is written as the command line has it, and a flag has said it already.</summary>
    private string Rest(ApiName name, string between, string value, string rest)
    {
        if (value.Length == 0)
        {
            return rest;
        }

        if (name.IsFlag)
        {
            return bool.TryParse(value, out var isOn) && isOn != name.IsOff ? "" : rest;
        }

        var member =
            _members.GetValueOrDefault(value)
            ?? name.Members().FirstOrDefault(pair => pair.Key.EndsWith("." + value, StringComparison.Ordinal)).Value;
        return (between == " = " ? " " : between) + (member ?? Translate(value));
    }

    /// <summary>Whether a name without its record is meant as one: a single word that begins a sentence may be an ordinary one.</summary>
    private static bool IsSetting(string name, Match match) =>
        name.Skip(1).Any(char.IsUpper) || !match.Groups["start"].Success || match.Groups["verb"].Success;

    private static IEnumerable<(string FullName, ApiName Name)> Names<TRecord>(IEnumerable<OptionGroup<TRecord>> groups) =>
        from options in groups
        from bound in options.Bound
        let path = string.Join('.', bound.Properties)
        from fullName in new[] { $"{bound.Api.Record}.{bound.Api.Property}", $"{typeof(TRecord).Name}.{path}", path }
        where fullName.Contains('.')
        select (fullName, bound.Api);

    // Texts in quotes; else a name in capital letters, whether it begins a sentence or follows "to", and what follows it:
    // a value or a verb. Only after a name with its record may the value stand alone: "AdapterOptions.Scope All".
    [GeneratedRegex(
        """
            (?<!\w)'[^'\n]*'(?!\w)
            | "[^"\n]*"
            | (?<start>(?<=^\s*|[.:;!?]\s+))? (?<to>(?<=\bto[ ]))?
              (?<![\w/\\.-])(?<name>[A-Z]\w*(?:\.[A-Z]\w*)*)(?![\w/\\-]|\.\w)
              (?<rest>(?<between>[ ]=[ ]|(?<=\.\w+)[ ](?=[A-Z]))(?<value>\w+(?:\.\w+)*)|(?<verb>:|[ ](?:is|has|names|needs|shows)[ ]))?
            """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Piece();
}
