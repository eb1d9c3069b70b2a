using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using static MobiZO.Programs.Assembling.ProgramNames;

namespace MobiZO.Programs.Assembling;

/// <summary>The loss of a step, from the states of its answers.</summary>
/// <param name="builder">The program.</param>
/// <param name="output">The model's head.</param>
internal sealed class StepLosses(ProgramBuilder builder, HeadDescription output)
{
    /// <summary>One loss a copy.</summary>
    /// <param name="form">The loss.</param>
    /// <param name="answers">States of the answer positions.</param>
    /// <param name="copies">A value [P]; null: there is one copy.</param>
    public Value Add(StepLossKind form, Value answers, Value? copies)
    {
        Value Choices(Value scores, Value labels) =>
            builder.Add(Losses, new ChoiceLoss(), copies is null ? [scores, labels] : [scores, labels, copies]);
        var head = new OutputHead(builder, output);
        if (form == StepLossKind.Choices)
        {
            var ids = builder.IntegerInput(CandidateIds, "R", "K");
            var labels = builder.IntegerInput(Labels, "R");
            return Choices(head.Candidates("choice_logits", answers, ids), labels);
        }

        if (form.IsTree())
        {
            return AddBranches(form, head, answers, copies);
        }

        var answerIds = builder.IntegerInput(CandidateIds, "R", 1);
        var logits = head.Logits(Logits, answers);
        var logProbabilities = builder.Add(LogProbabilities, new CandidateLogProbabilities(), logits, answerIds);
        if (form == StepLossKind.Tokens)
        {
            return builder.Add(Losses, new WeightedRows(-1), logProbabilities, builder.Input(AnswerWeights, copies?.Shape[0] ?? 1, "R"));
        }

        var choiceLabels = builder.IntegerInput(Labels, "D");
        var scores = builder.Add("scores", new WeightedRows(1), logProbabilities, builder.Input(AnswerWeights, "DK", "R"));
        var ofChoices = builder.Add("choice_scores", new ChoiceScores(), scores, choiceLabels);
        return form == StepLossKind.ChoiceSequences
            ? Choices(ofChoices, choiceLabels)
            : Choices(builder.Add("choice_scores.own", new ResidualAdd(), ofChoices, builder.Input(ChoiceBias, "D", "K")), choiceLabels);
    }

    /// <summary>The softmax at every place where words part is over its own candidates; the places are weighted sums a copy.</summary>
    private Value AddBranches(StepLossKind form, OutputHead head, Value answers, Value? copies)
    {
        Value WeightsOf(string name) => builder.Input(name, copies?.Shape[0] ?? 1, "R");
        var logits = head.Candidates("choice_logits", answers, builder.IntegerInput(CandidateIds, "R", "K"));
        var own = builder.Add("choice_logits.own", new ResidualAdd(), logits, builder.Input(CandidateBias, "R", "K"));
        var taken = builder.Add("branch_log_probabilities", new CandidateLogProbabilities(), own, builder.IntegerInput(Labels, "R", 1));
        if (form == StepLossKind.ChoiceBranches)
        {
            return builder.Add(Losses, new WeightedRows(-1), taken, WeightsOf(AnswerWeights));
        }

        var branches = builder.Add("branch_losses", new WeightedRows(-1), taken, WeightsOf(AnswerWeights));
        var spoken = builder.Add(
            LogProbabilities,
            new CandidateLogProbabilities(),
            head.Logits(Logits, answers),
            builder.IntegerInput(AnswerIds, "R", 1)
        );
        var tokens = builder.Add("token_losses", new WeightedRows(-1), spoken, WeightsOf(TokenWeights));
        return builder.Add(Losses, new ResidualAdd(), branches, tokens);
    }
}
