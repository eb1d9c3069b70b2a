using MobiZO.Cli.Options;
using MobiZO.Data;

namespace MobiZO.Cli.RunFiles;

/// <summary>
/// Reads settings from a YAML file. A key is the property's name in snake_case, as in the files of a run, below the key of the record that
/// holds it; the option's name does too, and a hyphen is as good as an underscore.
/// </summary>
internal sealed class RunFileReader<TRecord>
{
    private readonly string _path;
    private readonly string _folder;
    private readonly RunFileKeys<TRecord> _keys;
    private readonly List<(YamlPart Place, string What)> _errors = [];
    private readonly Dictionary<string, long> _lines = new(StringComparer.Ordinal);

    private RunFileReader(string path, RunFileKeys<TRecord> keys) =>
        (_path, _folder, _keys) = (path, Path.GetDirectoryName(Path.GetFullPath(path))!, keys);

    /// <summary>The record with every setting of a file applied.</summary>
    /// <param name="path">The file.</param>
    /// <param name="groups">The settings that it may hold.</param>
    /// <param name="record">What holds for the others.</param>
    /// <exception cref="CommandException">The file is missing or has errors; the message lists every one.</exception>
    public static TRecord Read(string path, IEnumerable<OptionGroup<TRecord>> groups, TRecord record)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(
                ExitCodes.Input,
                $"{path}: expected a run file (YAML), found nothing. 'mobizo train ... --dry-run' writes one."
            );
        }

        var reader = new RunFileReader<TRecord>(path, new RunFileKeys<TRecord>(groups));
        var settings = new List<Func<TRecord, TRecord>>();
        switch (YamlReader.Read(path, File.ReadAllText(path)))
        {
            case null or YamlText { IsNull: true }:
                break;
            case YamlMap map:
                settings.AddRange(reader.Settings(map, []));
                break;
            case var other:
                reader.Complain(other, $"expected keys with values, found {other.Description}");
                break;
        }

        var changed = settings.Aggregate(record, (current, apply) => apply(current));
        return reader._errors.Count == 0 ? changed : throw new CommandException(ExitCodes.Usage, reader.Errors());
    }

    private IEnumerable<Func<TRecord, TRecord>> Settings(YamlMap map, IReadOnlyList<string> section)
    {
        foreach (var (keyPart, value) in map.Entries)
        {
            if (keyPart is not YamlText key)
            {
                Complain(keyPart, $"expected a key, found {keyPart.Description}");
                continue;
            }

            var setting = _keys.Find(section, key.Text);
            var inner = _keys.SectionAt(section, key.Text);
            if (inner is not null && value is YamlMap innerMap)
            {
                foreach (var found in IsFirst(key, inner) ? Settings(innerMap, inner) : [])
                {
                    yield return found;
                }
            }
            else if (inner is not null && value is not YamlText { IsNull: true })
            {
                var example = _keys.Example(inner);
                Complain(
                    value,
                    $"key '{key.Text}': expected the settings of a group, such as {example}, found {value.Description}."
                        + _keys.Hint(section, key.Text)
                );
            }
            else if (setting is not null && IsFirst(key, setting.Keys) && value is not YamlText { IsNull: true })
            {
                yield return record => Apply(setting, value, record);
            }
            else if (setting is null && inner is null)
            {
                Complain(
                    key,
                    $"key '{key.Text}': expected a setting{_keys.Where(section)}, found an unknown one.{_keys.Hint(section, key.Text)}"
                );
            }
        }
    }

    private TRecord Apply(RunFileSetting<TRecord> setting, YamlPart value, TRecord record)
    {
        try
        {
            return setting.Bound.Read(record, Written(value));
        }
        catch (FormatException expected)
        {
            Complain(value, $"key '{setting.Name}': expected {expected.Message}, found {value.Description}.");
            return record;
        }
    }

    private bool IsFirst(YamlText key, IReadOnlyList<string> keys)
    {
        var name = string.Join('.', keys);
        if (_lines.TryAdd(name, key.Line))
        {
            return true;
        }

        Complain(key, FormattableString.Invariant($"key '{name}': expected it once, found it again after line {_lines[name]}."));
        return false;
    }

    private WrittenValue Written(YamlPart part) =>
        part switch
        {
            YamlText text => new WrittenValue(_folder) { Text = text.Text },
            YamlList { Items: var items } when items.All(item => item is YamlText) => new WrittenValue(_folder)
            {
                Items = [.. items.Select(TextOf)],
            },
            YamlMap { Entries: var entries } when entries.All(entry => entry is (YamlText, YamlText)) => new WrittenValue(_folder)
            {
                Pairs = [.. entries.Select(entry => new LabelWord(TextOf(entry.Key), TextOf(entry.Value)))],
            },

            // As the files of a run hold label words.
            YamlList { Items: var items } when items.All(IsPair) => new WrittenValue(_folder)
            {
                Pairs = [.. items.Select(item => PairOf((YamlMap)item))],
            },
            _ => new WrittenValue(_folder),
        };

    private static bool IsPair(YamlPart part)
    {
        string[] keys = ["label", "word", WrittenValue.IsLetter];
        return part is YamlMap { Entries: { Count: 2 or 3 } entries }
            && entries.All(entry => entry is (YamlText, YamlText))
            && entries.Select(entry => TextOf(entry.Key)).SequenceEqual(keys.Take(entries.Count), StringComparer.Ordinal)
            && (entries.Count == 2 || TextOf(entries[2].Value) == "true");
    }

    private static LabelWord PairOf(YamlMap map) =>
        new(TextOf(map.Entries[0].Value), TextOf(map.Entries[1].Value)) { IsLetter = map.Entries.Count == 3 };

    private static string TextOf(YamlPart part) => ((YamlText)part).Text;

    private void Complain(YamlPart part, string what) => _errors.Add((part, what));

    private string Errors() =>
        string.Join(
            Environment.NewLine,
            _errors
                .OrderBy(error => error.Place.Line)
                .ThenBy(error => error.Place.Column)
                .Select(error => RunFileError.Text(_path, error.Place.Line, error.Place.Column, error.What))
        );
}
