using MobiZO.Data;

namespace MobiZO.Cli.QuickStart;

/// <summary>The settings of the quick start, the defaults, chosen by measuring (bench/results).</summary>
internal static class QuickStartRecipe
{
    private const int UnseenMails = 400;
    private const int TrainingMails = 2000;

    public static FineTuneOptions Create(string model, string data, string output, ulong seed) =>
        new()
        {
            Model = model,
            TrainData = data,
            Output = output,
            Seed = seed,
            Data = new DataOptions
            {
                Template = "Subject: {subject}\n{body}\nIs this letter an advertisement? Answer:",
                LabelWords = [new LabelWord("ham", " no"), new LabelWord("spam", " yes")],
                Balanced = true,
                EvalBalanced = true,
                MaxRows = TrainingMails + UnseenMails,
                EvalFraction = (double)UnseenMails / (TrainingMails + UnseenMails),
            },
            Steps = 100,
            ExamplesPerStep = 4,
            EvalEvery = 25,
            MaxTokensPerRun = 4096,

            // It shows both answers of a few mails; what a run is worth beside simpler ways is told by train.
            Anchors = false,
        };
}
