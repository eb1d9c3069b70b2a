using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Scoring;

namespace MobiZO.Tasks;

/// <summary>
/// A task of the literature as data: where its files are, how their columns become a prompt, and the words that answer. The tasks that come
/// with the library are in <see cref="ReadyTasks"/>; a file of the same form describes another.
/// </summary>
public sealed record ReadyTask
{
    private static readonly DataOptions s_fresh = new();

    /// <summary>What it is called on the command line: <c>sst2</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is asked for, in one line.</summary>
    public required string Title { get; init; }

    /// <summary>What papers report: <c>accuracy</c>, or of a written answer <c>F1</c>, <c>exact match</c> or <c>ROUGE-L</c>.</summary>
    public required string Metric { get; init; }

    /// <summary>Where the prompt comes from, and what differs.</summary>
    public required string Source { get; init; }

    /// <summary>The prompt with <c>{column}</c> fields.</summary>
    public required string Template { get; init; }

    /// <summary>Columns that hold rows of their own (<see cref="DataOptions.RowsIn"/>); null: none.</summary>
    public IReadOnlyList<string>? RowsIn { get; init; }

    /// <summary>Fields that are written from the columns of the layouts that are known; null: the columns are the fields.</summary>
    public IReadOnlyList<RowField>? Fields { get; init; }

    /// <summary>
    /// Words by label, in the order of the choices; null: every row has its own choices in the field <c>choices</c>, or else a free answer
    /// in the column <c>completion</c>.
    /// </summary>
    public IReadOnlyList<LabelWord>? LabelWords { get; init; }

    /// <summary>Text after each free answer; null: that of the library.</summary>
    public string? AnswerSuffix { get; init; }

    /// <summary>Folders that the files lie in when they are not in the one that is named.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Names of the file of training rows, the first that is there counts; a star stands for any characters.</summary>
    public IReadOnlyList<string> TrainFiles { get; init; } = TaskFiles.Train;

    /// <summary>Names of the file of evaluation rows with labels.</summary>
    public IReadOnlyList<string> EvalFiles { get; init; } = TaskFiles.Eval;

    /// <summary>What a row means.</summary>
    public RowShape Shape =>
        LabelWords is not null ? RowShape.Classification
        : Fields?.Any(written => written.Name == s_fresh.ChoicesColumn) == true ? RowShape.Choices
        : RowShape.Completion;

    /// <summary>The loss: choices where there are any.</summary>
    public LossKind Loss => Shape == RowShape.Completion ? LossKind.Tokens : LossKind.Choices;

    /// <summary>What compares written answers; null: choices are counted, or nothing is written.</summary>
    public TextMetric? AnswerMetric => Shape == RowShape.Completion ? TaskKeys.Metrics.GetValueOrDefault(Metric) : null;

    /// <summary>Reads the description of a task from a JSON file.</summary>
    /// <exception cref="FineTuneException">The file is missing or describes no task; the message names the line or the key.</exception>
    public static ReadyTask Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = File.OpenRead(path);
            return TaskDescription.Read(stream, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FineTuneException(
                $"{path}: expected the description of a task, found a file that cannot be read ({error.Message}).",
                FineTuneFailure.Input
            );
        }
    }

    /// <summary>The training file in a folder.</summary>
    /// <exception cref="FineTuneException">There is none, or more than one of a name.</exception>
    public string TrainFileIn(string folder) =>
        TaskFiles.Find(folder, Folders, TrainFiles) ?? throw TaskFiles.Missing(this, folder, "training", TrainFiles);

    /// <summary>The evaluation file in a folder; null: there is none.</summary>
    /// <exception cref="FineTuneException">The folder is not there, or holds more than one file of a name.</exception>
    public string? EvalFileIn(string folder) => TaskFiles.Find(folder, Folders, EvalFiles);

    /// <summary>Options of rows with everything set that the task decides; lengths, samples and the rest stay.</summary>
    public DataOptions ApplyTo(DataOptions data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data with
        {
            Format = null,
            HasHeader = true,
            Columns = null,
            Shape = Shape,
            RowsIn = RowsIn,
            Fields = Fields,
            Template = Template,
            LabelColumn = s_fresh.LabelColumn,
            CompletionColumn = s_fresh.CompletionColumn,
            CompletionsColumn = s_fresh.CompletionsColumn,
            ChoicesColumn = s_fresh.ChoicesColumn,
            AnswerColumn = s_fresh.AnswerColumn,
            Scoring = Shape == RowShape.Choices && data.Scoring == ChoiceScoring.Branches ? null : data.Scoring,
            ChatTemplate = Shape == RowShape.Completion ? data.ChatTemplate : null,
            Choices = null,
            LabelWords = WordsFor(data),
            AnswerSuffix = AnswerSuffix,
        };
    }

    /// <summary>The words of the labels. Letters that a run has dealt stay: those of other rows may be dealt otherwise.</summary>
    private IReadOnlyList<LabelWord>? WordsFor(DataOptions data) =>
        LabelWord.AreLetters(LabelWords) && data.LabelWords is { Count: > 0 } dealt && dealt.All(word => word.IsLetter)
            ? dealt
            : LabelWords;

    /// <summary>A run of the task on the files in a folder.</summary>
    /// <param name="options">The run; what the task decides is replaced.</param>
    /// <param name="folder">The folder of the data, or one that holds it.</param>
    /// <exception cref="FineTuneException">There is no training file.</exception>
    public FineTuneOptions ApplyTo(FineTuneOptions options, string folder)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            TrainData = TrainFileIn(folder),
            EvalData = EvalFileIn(folder),
            Data = ApplyTo(options.Data),
            Loss = options.Score is null ? Loss : null,
            Metric = options.Score is null ? options.Metric ?? AnswerMetric : null,
        };
    }

    /// <summary>An evaluation of the task on the evaluation file in a folder.</summary>
    /// <param name="options">What is scored; what the task decides is replaced.</param>
    /// <param name="folder">The folder of the data, or one that holds it.</param>
    /// <exception cref="FineTuneException">There is no evaluation file.</exception>
    public EvaluationOptions ApplyTo(EvaluationOptions options, string folder)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            DataFile = EvalFileIn(folder) ?? throw TaskFiles.Missing(this, folder, "evaluation", EvalFiles),
            Data = ApplyTo(options.Data),
            Metric = options.Metric ?? AnswerMetric,
        };
    }
}
