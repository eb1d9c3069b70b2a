using System.Text.Json;
using MobiZO.Cli.Options;

namespace MobiZO.Cli.RunFiles;

/// <summary>The keys that a run file may hold.</summary>
internal sealed class RunFileKeys<TRecord>
{
    public RunFileKeys(IEnumerable<OptionGroup<TRecord>> groups) => All = [.. groups.SelectMany(group => group.Bound).Select(Setting)];

    /// <summary>Every setting, in the order of the options.</summary>
    public IReadOnlyList<RunFileSetting<TRecord>> All { get; }

    /// <summary>The setting of a key; null: there is none.</summary>
    /// <param name="section">The keys above it.</param>
    /// <param name="key">The key as written.</param>
    public RunFileSetting<TRecord>? Find(IReadOnlyList<string> section, string key)
    {
        var name = Plain(key);
        return In(section).FirstOrDefault(setting => setting.Keys[^1] == name)
            ?? In(section).FirstOrDefault(setting => setting.Aliases.Contains(name));
    }

    /// <summary>The keys of the group that a key opens; null: it opens none.</summary>
    public IReadOnlyList<string>? SectionAt(IReadOnlyList<string> section, string key)
    {
        string[] inner = [.. section, Plain(key)];
        return All.Any(setting => setting.Keys.Count > inner.Length && setting.Keys.Take(inner.Length).SequenceEqual(inner)) ? inner : null;
    }

    /// <summary>A key of a group.</summary>
    public string Example(IReadOnlyList<string> section) => $"'{In(section).First().Keys[^1]}'";

    /// <summary>The group, for errors.</summary>
    public string Where(IReadOnlyList<string> section) => section.Count == 0 ? "" : $" of '{string.Join('.', section)}'";

    /// <summary>The key that was probably meant, or an empty text.</summary>
    public string Hint(IReadOnlyList<string> section, string key)
    {
        var name = Plain(key);
        var elsewhere = All.Except(In(section)).FirstOrDefault(setting => setting.Keys[^1] == name || setting.Aliases.Contains(name));
        var near = In(section).FirstOrDefault(setting => setting.Aliases.Contains(name))?.Name ?? elsewhere?.Name ?? Nearest(section, name);
        return near is null ? "" : $" Did you mean '{near}'?";
    }

    private string? Nearest(IReadOnlyList<string> section, string name)
    {
        var known = In(section)
            .SelectMany(setting => setting.Aliases.Prepend(setting.Keys[^1]))
            .Concat(Sections(section))
            .Where(other => other != name);
        return NearestName.Of(name, known) is { } near ? string.Join('.', section.Append(near)) : null;
    }

    private IEnumerable<RunFileSetting<TRecord>> In(IReadOnlyList<string> section) =>
        All.Where(setting => setting.Keys.Count == section.Count + 1 && setting.Keys.Take(section.Count).SequenceEqual(section));

    private IEnumerable<string> Sections(IReadOnlyList<string> section) =>
        All.Where(setting => setting.Keys.Count > section.Count + 1 && setting.Keys.Take(section.Count).SequenceEqual(section))
            .Select(setting => setting.Keys[section.Count])
            .Distinct();

    private static RunFileSetting<TRecord> Setting(BoundOption<TRecord> bound)
    {
        string[] keys = [.. bound.Properties.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];
        var names = bound.Api.IsOff
            ? []
            : bound.Option.Aliases.Prepend(bound.Option.Name).Where(name => name.StartsWith("--", StringComparison.Ordinal));
        return new RunFileSetting<TRecord>(bound, keys, [.. names.Select(name => Plain(name[2..])).Where(name => name != keys[^1])]);
    }

    private static string Plain(string key) => key.Replace('-', '_');
}
