using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MobiZO.Cli.RunFiles;

/// <summary>Reads a YAML document with the place of everything in it; JSON is YAML too.</summary>
internal sealed class YamlReader
{
    private const int MostDepth = 32;

    private readonly Dictionary<AnchorName, YamlPart> _anchors = [];
    private readonly string _path;
    private readonly Parser _parser;

    private YamlReader(string path, TextReader text) => (_path, _parser) = (path, new Parser(text));

    /// <summary>The one document of a text; null when there is none.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="text">What is in it.</param>
    /// <exception cref="CommandException">It is no YAML, or more than one document.</exception>
    public static YamlPart? Read(string path, string text)
    {
        using var reader = new StringReader(text);
        return new YamlReader(path, reader).ReadDocument();
    }

    private YamlPart? ReadDocument()
    {
        Next<StreamStart>();
        if (Next() is not DocumentStart)
        {
            return null;
        }

        var root = ReadPart(Next(), 0);
        Next<DocumentEnd>();
        return Next() is StreamEnd ? root : throw Complaint(_parser.Current!.Start, "expected one document, found another one");
    }

    private YamlPart ReadPart(ParsingEvent current, int depth)
    {
        var (line, column) = (current.Start.Line, current.Start.Column);
        if (depth > MostDepth)
        {
            throw Complaint(current.Start, FormattableString.Invariant($"expected at most {MostDepth} levels, found more"));
        }

        switch (current)
        {
            case AnchorAlias alias:
                return _anchors.GetValueOrDefault(alias.Value)
                    ?? throw Complaint(alias.Start, $"expected an anchor '&{alias.Value}' before '*{alias.Value}', found none");
            case Scalar scalar:
                return Keep(scalar, new YamlText(line, column, scalar.Value, scalar.Style is ScalarStyle.Plain));
            case SequenceStart start:
                return Keep(start, new YamlList(line, column, [.. UntilEnd<SequenceEnd>().Select(item => ReadPart(item, depth + 1))]));
            case MappingStart start:
                return Keep(
                    start,
                    new YamlMap(
                        line,
                        column,
                        [.. UntilEnd<MappingEnd>().Select(key => (ReadPart(key, depth + 1), ReadPart(Next(), depth + 1)))]
                    )
                );
            default:
                throw Complaint(current.Start, $"expected a value, found {current.GetType().Name}");
        }
    }

    private YamlPart Keep(NodeEvent current, YamlPart part)
    {
        if (!current.Anchor.IsEmpty)
        {
            _anchors[current.Anchor] = part;
        }

        return part;
    }

    private IEnumerable<ParsingEvent> UntilEnd<TEnd>()
        where TEnd : ParsingEvent
    {
        while (Next() is var next and not TEnd)
        {
            yield return next;
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (Next() is var next and not T)
        {
            throw Complaint(next.Start, $"expected {typeof(T).Name}, found {next.GetType().Name}");
        }
    }

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext() && _parser.Current is { } current)
            {
                return current;
            }
        }
        catch (YamlException error)
        {
            throw Complaint(error.Start, $"the YAML cannot be read: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            // What the parser throws when a bracket stays open.
        }

        throw Complaint(_parser.Current?.End ?? Mark.Empty, "the YAML cannot be read: expected more, found the end of the file");
    }

    private CommandException Complaint(Mark mark, string what) => RunFileError.At(_path, mark.Line, mark.Column, what);
}
