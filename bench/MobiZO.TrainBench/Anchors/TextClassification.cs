using Microsoft.ML;
using Microsoft.ML.Transforms.Text;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Training;

namespace MobiZO.TrainBench.Anchors;

/// <summary>ML.NET's text classification: TF-IDF of words, pairs of words and three characters, and a linear model by SDCA.</summary>
internal static class TextClassification
{
    /// <summary>Trains on the training rows of a run and labels its evaluation rows; null without common label words.</summary>
    /// <param name="run">The run; it is not taken.</param>
    public static (Anchor Anchor, int TrainRows)? Of(FineTuneOptions run)
    {
        using var opened = LocalModel.Open(run.Model, run.Engine);
        var rows = RunRows.Read(run, opened);
        return rows.Labels > 1 && rows.Train.Concat(rows.Eval).All(row => row.Label is not null)
            ? (Measure(rows.Train, rows.Eval, run.Seed), rows.Train.Count)
            : null;
    }

    /// <summary>Trains on rows and labels others.</summary>
    /// <param name="train">Training rows with labels and texts.</param>
    /// <param name="eval">Evaluation rows with labels and texts.</param>
    /// <param name="seed">Seed of the trainer.</param>
    private static Anchor Measure(IReadOnlyList<EncodedExample> train, IReadOnlyList<EncodedExample> eval, ulong seed)
    {
        var context = new MLContext(unchecked((int)seed));
        var features = new TextFeaturizingEstimator.Options
        {
            WordFeatureExtractor = new WordBagEstimator.Options
            {
                NgramLength = 2,
                UseAllLengths = true,
                Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf,
            },
            CharFeatureExtractor = new WordBagEstimator.Options
            {
                NgramLength = 3,
                UseAllLengths = false,
                Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf,
            },
        };

        // One thread: the same model in every run.
        var trainer = new Microsoft.ML.Trainers.SdcaMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = 1 };
        var pipeline = context
            .Transforms.Conversion.MapValueToKey("Label")
            .Append(context.Transforms.Text.FeaturizeText("Features", features, nameof(Row.Text)))
            .Append(context.MulticlassClassification.Trainers.SdcaMaximumEntropy(trainer))
            .Append(context.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(context.Data.LoadFromEnumerable(train.Select(RowOf)));
        var scored = model.Transform(context.Data.LoadFromEnumerable(eval.Select(RowOf)));
        var predicted = context.Data.CreateEnumerable<Prediction>(scored, reuseRowObject: false);
        return new Anchor(predicted.Zip(eval).Count(pair => pair.First.PredictedLabel == LabelOf(pair.Second)), eval.Count);
    }

    private static Row RowOf(EncodedExample example) => new() { Text = example.Text ?? "", Label = LabelOf(example) };

    private static string LabelOf(EncodedExample example) => FormattableString.Invariant($"{example.Label}");

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public string Label { get; set; } = "";
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";
    }
}
