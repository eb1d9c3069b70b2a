using MobiZO.Programs.Assembling;

namespace MobiZO.Export;

/// <summary>What the inputs and outputs of programs mean, in a sentence each, for whoever writes a host.</summary>
internal static class TensorMeanings
{
    private static readonly Dictionary<string, string> s_meanings = new(StringComparer.Ordinal)
    {
        [ProgramNames.InputIds] =
            "Token ids of every row, padded with 0 behind. Row n of a step is copy n / rows-of-a-copy; copies repeat the rows.",
        [ProgramNames.Positions] = "Position of every token in its prompt, counted from 0.",
        [ProgramNames.FirstInputIds] = "Token ids of the rows of one copy.",
        [ProgramNames.FirstPositions] = "Positions of the tokens of the rows of one copy.",
        [ProgramNames.Hidden] = "Hidden states that enter the first computed layer.",
        [ProgramNames.PastLengths] = "Number of kept tokens of every example; keys and values behind them are not read.",
        [ProgramNames.AnswerRows] = "Place n * S + t of every token whose logits predict an answer.",
        [ProgramNames.CandidateIds] = "Token ids that are compared at every answer place.",
        [ProgramNames.AnswerWeights] = "Weight of every answer place in every loss or score: 1 / number of answer tokens, 0 elsewhere.",
        [ProgramNames.Labels] = "Index of the right candidate of every decision.",
        [ProgramNames.AdapterA] = "A of the adapter: adapter.a.bin.",
        [ProgramNames.AdapterB] = "B of the adapter: adapter.b.bin, then what the last step gave.",
        [ProgramNames.Noise] = "Random numbers of the kind 'noise' (rademacher: 1 or -1; gaussian), new in every step, a row a query.",
        [ProgramNames.PreviousNoise] = "The noise of the step before; zeros at first.",
        [ProgramNames.PreviousGradients] = "The projected gradients of the step before; zeros at first.",
        [ProgramNames.QueryIndex] = "Query of every copy: 'copies' in their order.",
        [ProgramNames.Coefficients] = "Coefficient of every copy ('copies' in their order) times epsilon.",
        [ProgramNames.Epsilon] = "Epsilon.",
        [ProgramNames.LearningRate] = "Learning rate of the step.",
        [ProgramNames.Losses] = "Loss of every copy.",
        [ProgramNames.BroadcastGradient] =
            "Error broadcast of the first copy, laid out as B: its gradient, were every later layer to pass the residual stream on unchanged.",
        [ProgramNames.Gradients] = "Projected gradient of every query.",
        [ProgramNames.NextAdapterB] = "B after the update.",
        [ProgramNames.LogProbabilities] = "Log-probability of every candidate.",
        [ProgramNames.LargestLogProbabilities] = "Log-probability of the likeliest token at every answer place.",
        [ProgramNames.Logits] = "Logits over the vocabulary at every answer place.",
    };

    /// <summary>The meaning of a tensor.</summary>
    /// <param name="name">Its name in the program.</param>
    public static string Of(string name) =>
        s_meanings.TryGetValue(name, out var meaning) ? meaning
        : name.StartsWith("past.", StringComparison.Ordinal)
            ? "Kept keys or values of a layer [examples, heads, tokens, width], padded behind."
        : "Keys or values of a layer: the kept ones, then those of the new tokens.";
}
