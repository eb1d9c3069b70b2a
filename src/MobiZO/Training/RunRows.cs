using System.Security.Cryptography;
using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.Models;

namespace MobiZO.Training;

/// <summary>The first stage of a run: its rows as token ids.</summary>
internal sealed record RunRows
{
    public required IReadOnlyList<EncodedExample> Train { get; init; }

    public required DataSummary TrainSummary { get; init; }

    public required IReadOnlyList<EncodedExample> Eval { get; init; }

    public DataSummary? EvalSummary { get; init; }

    /// <summary>Reads the held-out rows; only called at the end.</summary>
    public required Func<IReadOnlyList<EncodedExample>> ReadTest { get; init; }

    public required IReadOnlyList<string> Choices { get; init; }

    /// <summary>Tokens that rows were cut to.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Number of label words when every training row has one of them; 0 for free answers.</summary>
    public int Labels => Train.All(row => row.Label is not null) ? Choices.Count : 0;

    /// <summary>Whether every training row has label words to choose from.</summary>
    public bool HasChoices => Train.All(row => row.ChoiceIds.Length > 1);

    /// <summary>Whether every training row makes one row of a program.</summary>
    public bool HasSingleRows => Train.All(row => AdapterStart.AreSingleRows(row.ChoiceIds));

    /// <summary>Changes with any token id of the training rows.</summary>
    public string TrainDigest => Digest(Train);

    /// <summary>Changes with any token id of the evaluation rows.</summary>
    public string EvalDigest => Digest(Eval);

    /// <summary>What the user should know of the rows.</summary>
    public IEnumerable<string> Notes => new[] { NoteOf("training", TrainSummary), NoteOf("evaluation", EvalSummary) }.OfType<string>();

    public static RunRows Read(FineTuneOptions options, LocalModel model)
    {
        if (options.TestData is { } test && !File.Exists(test))
        {
            // They are read at the very end; a wrong path should not cost the whole run.
            throw new FineTuneException($"The file of held-out rows '{test}' does not exist.");
        }

        var data = options.Data with { Seed = options.Seed };
        var encoder = new ExampleEncoder(model.Tokenizer, data, model.RenderChat);
        var rows = DataFile.Read(options.TrainData, data);
        var sampler = new RowSampler(data);
        var split = sampler.Split(sampler.Choose(rows));
        var train = encoder.Encode(split.Train);
        var (eval, evalRows) = (encoder.Encode(split.Eval), split.Eval.Count);
        if (options.EvalData is { } path)
        {
            // Evaluation rows are taken as they come, unless rows are to be balanced there too.
            var evalData = data with
            {
                MaxRows = options.EvalMaxRows,
                EvalFraction = 0,
            };
            var read = DataFile.Read(path, evalData);
            eval = encoder.Encode(new RowSampler(evalData).Choose(read));
            evalRows = read.Count;
        }
        else if (options.EvalMaxRows is { } most && eval.Count > most)
        {
            eval = [.. eval.Take(most)];
        }

        return new RunRows
        {
            Train = train,
            TrainSummary = DataSummary.Of(rows.Count, train, encoder.Choices),
            Eval = eval,
            EvalSummary = eval.Count == 0 ? null : DataSummary.Of(evalRows, eval, encoder.Choices),
            ReadTest = () =>
                encoder.Encode(DataFile.Read(options.TestData!, data with { MaxRows = null, EvalFraction = 0, Balanced = false })),
            Choices = encoder.Choices,
            MaxLength = data.MaxLength,
        };
    }

    private string? NoteOf(string what, DataSummary? rows) =>
        rows is not { RowsCut: > 0 }
            ? null
            : FormattableString.Invariant(
                $"{rows.RowsCut} of {rows.RowsUsed} {what} rows were cut to {MaxLength} tokens (their answers were not). "
            ) + "Raise DataOptions.MaxLength if what was cut matters.";

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
