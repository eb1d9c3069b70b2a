using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Bodies;

/// <summary>Three examples of any model as inputs of its programs, in every form that prompts are given.</summary>
/// <param name="engine">Computes the frozen part of prompts.</param>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
internal sealed class StepInputs(IEngine engine, ModelDescription model, IWeightSource weights)
{
    private readonly ProgramAssembler _assembler = new(model);

    /// <summary>The tokens that examples are cut from.</summary>
    public static int[] Tokens(ModelDescription model) => new PlainRandom(5).Tokens(14, model.Config.VocabularySize);

    /// <summary>Examples of different lengths that fit the loss.</summary>
    public PromptExample[] Examples(StepOptions options) =>
        [.. new[] { (0, 9), (2, 7), (4, 13) }.Select((cut, index) => Example(options, cut.Item1, cut.Item2, index))];

    /// <summary>Everything but the adapter and the noise.</summary>
    public Dictionary<string, HostTensor> Of(StepOptions options, PromptExample[] examples, int copies, LengthGrid? lengths = null)
    {
        var feed = StepFeed.Create(options.Loss, examples, copies, lengths);
        var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal);
        if (options.Prompt == PrefixKind.KeyValues)
        {
            AddPrefix(inputs, [.. examples.Select(example => example.Prompt[..example.SuffixStart])]);
        }
        else if (options.Prompt == PrefixKind.Hidden)
        {
            using var session = engine.Load(_assembler.Prefix(PrefixKind.Hidden, options.FirstLayer), weights);
            inputs[ProgramNames.Hidden] = session.Run(
                new Dictionary<string, HostTensor>(StringComparer.Ordinal)
                {
                    [ProgramNames.InputIds] = feed.Inputs[ProgramNames.FirstInputIds],
                    [ProgramNames.Positions] = feed.Inputs[ProgramNames.FirstPositions],
                }
            )[ProgramNames.Hidden];
        }

        return inputs;
    }

    /// <summary>Adds the keys and values of prompts.</summary>
    public void AddPrefix(Dictionary<string, HostTensor> inputs, IReadOnlyList<int[]> prompts)
    {
        using var session = engine.Load(_assembler.Prefix(PrefixKind.KeyValues), weights);
        PromptKeyValues.AddTo(inputs, PrefixFeed.Run(session, prompts), model.Config.KeyValueHeadCount, model.Config.HeadDimension);
    }

    private PromptExample Example(StepOptions options, int start, int end, int index)
    {
        var prompt = Tokens(model)[start..end];
        var suffix =
            options.Prompt != PrefixKind.KeyValues ? 0
            : options.RowTokens == 1 ? prompt.Length - 1
            : prompt.Length - 1 - index;
        if (options.Loss.IsTree())
        {
            // The first word is the beginning of the second, and the last parts from none behind its first token.
            int[][] words =
                options.RowTokens == 1
                    ?
                    [
                        [3],
                        [8],
                        [5],
                    ]
                    :
                    [
                        [3, 5],
                        [3, 5, 2],
                        [3, 7],
                        [8, 4, 4],
                    ];
            var withTokens = options.Loss == StepLossKind.ChoiceBranchesAndTokens;
            var row = new ChoiceTree(words, end: 1).ToLearn(index, withTokens);
            return new PromptExample(prompt, suffix, [], words, index) { Rows = [row], TokenShare = withTokens ? 0.3f : 0 };
        }

        int[][] choices =
            options.Loss == StepLossKind.RowChoices && options.RowTokens != 1 && index == 1
                ?
                [
                    [3, 5, 2],
                    [8, 6],
                    [4],
                ]
            : options.Loss.HasRowPerChoice() && options.RowTokens != 1
                ?
                [
                    [3, 5, 2],
                    [8, 6],
                ]
            :
            [
                [3],
                [8],
            ];
        return options.Loss == StepLossKind.Tokens
            ? new PromptExample(prompt, suffix, options.RowTokens == 1 ? [7] : [7, 3], [], 0)
            : new PromptExample(prompt, suffix, [], choices, index % 2);
    }
}
