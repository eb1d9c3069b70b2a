using System.Text.Json;
using System.Text.Json.Serialization;
using MobiZO.Checkpoints.Json;
using MobiZO.Data;

namespace MobiZO.Tasks;

/// <summary>A task as its JSON file has it: keys in snake_case, fields and label words as objects in their order.</summary>
internal sealed record TaskDescription
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public required string Name { get; init; }

    public required string Title { get; init; }

    public required string Metric { get; init; }

    public string Source { get; init; } = "";

    public required string Template { get; init; }

    public IReadOnlyList<string>? RowsIn { get; init; }

    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>Words by label, or the name of letters.</summary>
    public JsonElement? LabelWords { get; init; }

    public string? AnswerSuffix { get; init; }

    public IReadOnlyList<string> Folders { get; init; } = [];

    public IReadOnlyList<string>? TrainFiles { get; init; }

    public IReadOnlyList<string>? EvalFiles { get; init; }

    /// <summary>Reads a task.</summary>
    /// <param name="stream">The JSON.</param>
    /// <param name="place">Where it comes from, for messages.</param>
    /// <exception cref="FineTuneException">It describes no task, or its options have errors.</exception>
    public static ReadyTask Read(Stream stream, string place)
    {
        const string Expected = "expected the description of a task with the keys name, title, metric and template";
        ReadyTask task;
        try
        {
            using var document = JsonDocument.Parse(
                stream,
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
            );
            task = TaskKeys.FindError(document.RootElement) is { } wrong
                ? throw new FineTuneException($"{place}: {Expected}; {wrong}.", FineTuneFailure.Input)
                : document.RootElement.Deserialize<TaskDescription>(s_json)!.ToTask();
        }
        catch (JsonException error)
        {
            var line = error.LineNumber is { } number ? FormattableString.Invariant($", line {number + 1}") : "";
            throw new FineTuneException($"{place}{line}: {Expected}; {JsonProblem.Of(error)}", FineTuneFailure.Input);
        }

        var errors = task.ApplyTo(new DataOptions()).Validate();
        return errors.Count == 0
            ? task
            : throw new FineTuneException(
                $"{place}: the task has errors:"
                    + string.Concat(errors.Select(error => $"{Environment.NewLine}  {TaskKeys.InKeys(error)}")),
                FineTuneFailure.Input
            );
    }

    private ReadyTask ToTask() =>
        new()
        {
            Name = Name,
            Title = Title,
            Metric = Metric,
            Source = Source,
            Template = Template,
            RowsIn = RowsIn,
            Fields = Fields is null ? null : [.. Fields.Select(field => new RowField(field.Key, field.Value))],
            LabelWords = LabelWords switch
            {
                { ValueKind: JsonValueKind.Object } words =>
                [
                    .. words.EnumerateObject().Select(word => new LabelWord(word.Name, word.Value.GetString()!)),
                ],
                { ValueKind: JsonValueKind.String } => LabelWord.Letters,
                _ => null,
            },
            AnswerSuffix = AnswerSuffix,
            Folders = Folders,
            TrainFiles = TrainFiles ?? TaskFiles.Train,
            EvalFiles = EvalFiles ?? TaskFiles.Eval,
        };
}
