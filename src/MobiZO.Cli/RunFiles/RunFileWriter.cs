using System.Globalization;
using MobiZO.Cli.Options;
using MobiZO.Data;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MobiZO.Cli.RunFiles;

/// <summary>
/// Writes settings as a run file: everything that has a value, with absolute paths, so that the file means the same in every folder.
/// </summary>
internal static class RunFileWriter
{
    private const string Heading =
        "# The settings of a run, for 'mobizo train --config'. An option that is given as well comes first;\n"
        + "# a relative path counts from the folder of this file.\n";

    public static string Write<TRecord>(IEnumerable<OptionGroup<TRecord>> groups, TRecord record)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(
            text,
            new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024)
        );
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        var settings = new RunFileKeys<TRecord>(groups)
            .All.Select(setting => (setting.Keys, Value: Value(setting.Bound, record)))
            .Where(setting => setting.Value is not (null or ""));
        EmitSection(emitter, [.. settings], depth: 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return Heading + text;
    }

    private static object? Value<TRecord>(BoundOption<TRecord> bound, TRecord record) =>
        bound.Get(record) switch
        {
            string path when bound.Api.IsPath && path.Length > 0 => Path.GetFullPath(path),
            var value => value,
        };

    private static void EmitSection(Emitter emitter, IReadOnlyList<(IReadOnlyList<string> Keys, object? Value)> settings, int depth)
    {
        emitter.Emit(new MappingStart());
        foreach (var (keys, value) in settings.Where(setting => setting.Keys.Count == depth + 1))
        {
            emitter.Emit(new Scalar(keys[depth]));
            EmitValue(emitter, value!);
        }

        foreach (var section in settings.Where(setting => setting.Keys.Count > depth + 1).GroupBy(setting => setting.Keys[depth]))
        {
            emitter.Emit(new Scalar(section.Key));
            EmitSection(emitter, [.. section], depth + 1);
        }

        emitter.Emit(new MappingEnd());
    }

    private static void EmitValue(Emitter emitter, object value)
    {
        switch (value)
        {
            case string text:
                EmitText(emitter, text);
                break;
            case IEnumerable<string> words:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Flow));
                foreach (var word in words)
                {
                    EmitText(emitter, word);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case IEnumerable<LabelWord> words when words.Any(word => word.IsLetter):
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, SequenceStyle.Flow));
                foreach (var word in words)
                {
                    EmitLetter(emitter, word);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case IEnumerable<LabelWord> words:
                EmitPairs(emitter, words.Select(word => (word.Label, word.Word)));
                break;
            case IEnumerable<RowField> fields:
                EmitPairs(emitter, fields.Select(field => (field.Name, field.Pattern)));
                break;
            case bool flag:
                emitter.Emit(new Scalar(flag ? "true" : "false"));
                break;
            case DateOnly:
                emitter.Emit(new Scalar(OptionValue.Show(value)!));
                break;
            case IFormattable number:
                emitter.Emit(new Scalar(number.ToString(null, CultureInfo.InvariantCulture)));
                break;
            default:
                emitter.Emit(new Scalar(value.ToString()!));
                break;
        }
    }

    /// <summary>As the files of a run hold it.</summary>
    private static void EmitLetter(Emitter emitter, LabelWord word)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Flow));
        emitter.Emit(new Scalar("label"));
        EmitText(emitter, word.Label);
        emitter.Emit(new Scalar("word"));
        EmitText(emitter, word.Word);
        if (word.IsLetter)
        {
            emitter.Emit(new Scalar(WrittenValue.IsLetter));
            emitter.Emit(new Scalar("true"));
        }

        emitter.Emit(new MappingEnd());
    }

    private static void EmitPairs(Emitter emitter, IEnumerable<(string Key, string Value)> pairs)
    {
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Flow));
        foreach (var (key, value) in pairs)
        {
            EmitText(emitter, key);
            EmitText(emitter, value);
        }

        emitter.Emit(new MappingEnd());
    }

    private static void EmitText(Emitter emitter, string text) =>
        emitter.Emit(
            new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.DoubleQuoted, isPlainImplicit: false, isQuotedImplicit: true)
        );
}
