using System.Globalization;
using System.Security.Cryptography;
using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Models;

namespace MobiZO.Training;

/// <summary>The first stage of a run: its rows as token ids.</summary>
internal sealed record RunRows
{
    // A step of so many more examples than rows is a slip of the pen that would cost hours.
    private const int MostRepeats = 100;

    public required IReadOnlyList<EncodedExample> Train { get; init; }

    public required DataSummary TrainSummary { get; init; }

    public required IReadOnlyList<EncodedExample> Eval { get; init; }

    public DataSummary? EvalSummary { get; init; }

    /// <summary>Reads the held-out rows; only called at the end.</summary>
    public required Func<IReadOnlyList<EncodedExample>> ReadTest { get; init; }

    public required IReadOnlyList<string> Choices { get; init; }

    /// <summary>Number of label words when every training row has one of them; 0 for free answers.</summary>
    public int Labels => Train.All(row => row.Label is not null) ? Choices.Count : 0;

    /// <summary>Whether every training row has label words to choose from.</summary>
    public bool HasChoices => Train.All(row => row.ChoiceIds.Length > 1);

    /// <summary>Whether the rows have choices of their own.</summary>
    public bool HasOwnChoices => Train.Any(row => row.OwnChoices.Count > 0);

    /// <summary>Whether every training row has as many choices as the others.</summary>
    public bool HasEqualChoices => Train.All(row => row.ChoiceIds.Length == Train[0].ChoiceIds.Length);

    /// <summary>Whether the label words of every training row are scored as one tree.</summary>
    public bool HasTrees => Train.All(row => row.Tree is not null);

    /// <summary>Whether every training row makes one row of a program.</summary>
    public bool HasSingleRows => Train.All(row => AdapterStart.AreSingleRows(row.ChoiceIds));

    /// <summary>Changes with any token id of the training rows.</summary>
    public string TrainDigest => Digest(Train);

    /// <summary>Changes with any token id of the evaluation rows.</summary>
    public string EvalDigest => Digest(Eval);

    /// <summary>What the label words are called in results.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>How rows become examples, with everything decided that they decide.</summary>
    public required DataOptions Data { get; init; }

    /// <summary>What was seen, in one sentence; null for rows with label words.</summary>
    public string? Seen { get; init; }

    /// <summary>What the user should know of the rows.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public static RunRows Read(FineTuneOptions options, LocalModel model)
    {
        if (options.TestData is { } test && !Path.Exists(test))
        {
            // They are read at the very end; a wrong path should not cost the whole run.
            throw new FineTuneException($"The file of held-out rows '{test}' does not exist.", FineTuneFailure.Input);
        }

        var read = DataFile.Read(options.TrainData, options.Data);
        var data = model.Decide(options.Data with { Seed = options.Seed }, read, isOfRun: options.Resume);
        var encoder = model.EncoderOf(data, options.Metric is not null);
        var rows = encoder.Cut(read);
        var split = new RowSampler(data).Split(rows);

        // The rows that measure are drawn by themselves: how training rows are chosen is no matter of theirs.
        var evalData = data with
        {
            MaxRows = options.EvalMaxRows,
            FewShot = null,
            EvalFraction = 0,
            Balanced = data.EvalBalanced,
        };
        var evalRead = options.EvalData is { } path ? DataFile.Read(path, evalData) : null;
        var testRead = RightAnswers.IsNamed(options.Data) && options.TestData is { } heldOut ? DataFile.Read(heldOut, evalData) : null;
        RightAnswers.RequireColumn([.. read, .. evalRead ?? [], .. testRead ?? []], options.Data);
        var evalRows = evalRead is null ? split.Eval : encoder.Cut(evalRead);
        var train = encoder.Encode(split.Train);
        var eval = evalRows.Count == 0 ? [] : encoder.Encode(new RowSampler(evalData).Choose(evalRows));
        var trainSummary = DataSummary.Of(rows.Count, train, encoder.Names);
        var areTexts = RowDrafts.ShapeOf(read[0], data) == RowShape.Text;
        var evalSummary = eval.Count == 0 ? null : DataSummary.Of(evalRows.Count, eval, encoder.Names);
        return new RunRows
        {
            Train = train,
            TrainSummary = trainSummary,
            Eval = eval,
            EvalSummary = evalSummary,
            ReadTest = () =>
                encoder.Encode(
                    encoder.Cut(
                        DataFile.Read(
                            options.TestData!,
                            data with
                            {
                                MaxRows = null,
                                EvalFraction = 0,
                                Balanced = false,
                                EvalBalanced = false,
                            }
                        )
                    )
                ),
            Choices = encoder.Choices,
            Names = encoder.Names,
            Data = data,
            Seen = DecidedData.Describe(data, read, read[0].Origin.IsDocument ? rows.Count : train.Count),
            Notes =
            [
                .. encoder.Notes,
                .. options.Data is { LabelWords: null, LabelWordsFile: null } && data.LabelWords is { } own ? NotesOfWords(own) : [],
                .. RowNotes.Of("training", trainSummary, encoder, areTexts, options.ClassWeights == ClassWeights.Balanced),
                .. RowNotes.Of("evaluation", evalSummary, encoder, areTexts),
                .. train.Count > 0 && eval.Count == 0 && options.TestData is null ? [NothingHeldOut] : Array.Empty<string>(),
                .. UnusedSettings.Of(options, train, eval.Count),
                .. options.ExamplesPerStep is { } asked ? NotesOfStep(asked, train.Count) : [],
            ],
        };
    }

    private const string NothingHeldOut =
        "No rows are held out, so that nothing will tell what the run learned: give FineTuneOptions.EvalData or DataOptions.EvalFraction.";

    /// <summary>Reports the <see cref="Notes"/>.</summary>
    public void TellNotes(IProgress<TrainingEvent>? progress)
    {
        foreach (var note in Notes)
        {
            progress?.Report(new RunNote(note, IsWarning: true));
        }
    }

    private static string[] NotesOfWords(IReadOnlyList<LabelWord> words) =>
        words.All(word => double.TryParse(word.Label, CultureInfo.InvariantCulture, out _))
            ?
            [
                "The labels are numbers, and each is its own word: say what they mean with DataOptions.LabelWords (for example "
                    + $"'{words[0].Label}= no,{words[1].Label}= yes'), and less is to be learned.",
            ]
            : [];

    private static string[] NotesOfStep(int examples, int rows)
    {
        if ((long)examples > MostRepeats * (long)rows)
        {
            throw new FineTuneException(
                FormattableString.Invariant($"FineTuneOptions.ExamplesPerStep {examples} is more than {MostRepeats} times the {rows} ")
                    + FormattableString.Invariant(
                        $"training rows, and a row says nothing new by being repeated: set it to {rows} or less."
                    ),
                FineTuneFailure.Settings
            );
        }

        return examples <= rows
            ? []
            :
            [
                FormattableString.Invariant($"FineTuneOptions.ExamplesPerStep {examples} is more than the {rows} training rows: ")
                    + "a step sees rows more than once.",
            ];
    }

    private static string Digest(IReadOnlyList<EncodedExample> examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(IReadOnlyList<int> ids)
        {
            int[] block = [ids.Count, .. ids];
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes<int>(block));
        }

        foreach (var example in examples)
        {
            Add(example.PromptIds);
            Add(example.AnswerIds);
            Add([example.InvocationStart, example.Label ?? -1]);
            foreach (var choice in example.ChoiceIds)
            {
                Add(choice);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
