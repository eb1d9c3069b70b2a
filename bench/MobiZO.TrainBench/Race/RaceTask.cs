using MobiZO.Data;

namespace MobiZO.TrainBench.Race;

/// <summary>What is to be learned and when it is learned. The JSON of a task has these members in snake_case.</summary>
internal sealed record RaceTask
{
    public required string Name { get; init; }

    /// <summary>Training rows, relative to the data root.</summary>
    public required string TrainData { get; init; }

    /// <summary>Evaluation rows, relative to the data root; null: a share of the training rows, <see cref="EvalFraction"/>.</summary>
    public string? EvalData { get; init; }

    public double EvalFraction { get; init; }

    public required string Template { get; init; }

    /// <summary>Label words such as <c>ham= no,spam= yes</c>; either these or <see cref="Choices"/>.</summary>
    public string? LabelWords { get; init; }

    /// <summary>Words in label order.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>Columns of a file without header.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    public string TextColumn { get; init; } = "text";

    public int? MaxRows { get; init; }

    /// <summary>Whether every label gives the same number of rows, in training and evaluation.</summary>
    public bool Balanced { get; init; }

    /// <summary>Accuracy to be reached; either this or <see cref="Gain"/>.</summary>
    public double? Goal { get; init; }

    /// <summary>Accuracy to be won over the evaluation before the first step.</summary>
    public double? Gain { get; init; }

    /// <summary>The accuracy that ends the race, once the one before the first step is known.</summary>
    public double GoalAfter(double before) => Goal ?? before + Gain!.Value;

    /// <summary>The run of this task with the library's defaults.</summary>
    /// <param name="model">Model folder or GGUF file.</param>
    /// <param name="dataRoot">What paths are relative to.</param>
    /// <param name="output">Run folder.</param>
    /// <param name="seed">Seed.</param>
    public FineTuneOptions CreateRun(string model, string dataRoot, string output, ulong seed) =>
        new()
        {
            Model = model,
            TrainData = Path.Combine(dataRoot, TrainData),
            EvalData = EvalData is null ? null : Path.Combine(dataRoot, EvalData),
            Output = output,
            Seed = seed,
            Data = new DataOptions
            {
                Columns = Columns,
                TextColumn = TextColumn,
                Template = Template,
                LabelWords = LabelWords is null ? null : LabelWord.ParseList(LabelWords),
                Choices = Choices,
                MaxRows = MaxRows,
                EvalFraction = EvalFraction,
                Balanced = Balanced,
                EvalBalanced = Balanced,
            },
        };
}
