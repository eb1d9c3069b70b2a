using MobiZO.Data;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>
/// The losses of a step on a model: all copies in one engine run, or in micro-batches over copies when that would be too many tokens.
/// </summary>
internal sealed class ModelObjective : IUpdatingObjective, IBroadcastObjective, IRunObjective
{
    private readonly StepPrograms _programs;
    private readonly StepLossKind _form;
    private readonly HostTensor _a;
    private readonly IReadOnlyList<PromptExample> _examples;
    private readonly ExampleOrder _order;
    private readonly PrefixStore? _prompts;
    private readonly int _maxTokensPerRun;
    private readonly LengthGrid _lengths;
    private readonly GradientRoom? _room;

    /// <param name="programs">The loaded programs.</param>
    /// <param name="form">The loss of the step programs.</param>
    /// <param name="a">All A matrices, flat.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="order">Which examples a step sees.</param>
    /// <param name="prompts">The frozen parts of the examples; null when there are none.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    /// <param name="room">How many rows of a lone guided copy make a run; null: all.</param>
    public ModelObjective(
        StepPrograms programs,
        StepLossKind form,
        float[] a,
        IReadOnlyList<PromptExample> examples,
        ExampleOrder order,
        PrefixStore? prompts,
        int maxTokensPerRun,
        LengthGrid lengths,
        GradientRoom? room = null
    )
    {
        (_lengths, _room) = (lengths, room);
        (_programs, _form, _examples, _order, _prompts, _maxTokensPerRun) = (programs, form, examples, order, prompts, maxTokensPerRun);
        _a = HostTensor.Of(a, a.Length);
    }

    public bool Updates => _programs.LossesAndUpdate is not null;

    /// <summary>Engine runs of the last step.</summary>
    public int LastRunCount { get; private set; }

    public void Rehearse(StepRequest request)
    {
        if (Updates)
        {
            LossesAndUpdate(request, learningRate: 0);
        }
        else if (_room is not null)
        {
            LossesAndBroadcast(request);
        }
        else
        {
            Losses(request);
        }
    }

    public float[] Losses(StepRequest request)
    {
        var examples = _order.IndicesOf(request.Step);
        var losses = new List<float>(request.Plan.Count);
        LastRunCount = 0;
        foreach (var part in request.Plan.Cut(CopiesPerRun(examples)))
        {
            losses.AddRange(_programs.Losses.Value.Run(Inputs(request, part, examples, learningRate: 0))[ProgramNames.Losses].Floats);
            LastRunCount++;
        }

        return [.. losses];
    }

    public (float[] Losses, float[] Broadcast) LossesAndBroadcast(StepRequest request)
    {
        var examples = _order.IndicesOf(request.Step);
        if (_room is not null && request.Plan.Count == 1)
        {
            (var loss, var direction, LastRunCount) = MeanOverParts.Of(
                _room,
                _form,
                _examples,
                examples,
                _lengths,
                part => _programs.Losses.Value.Run(Inputs(request, request.Plan, part, learningRate: 0)),
                ProgramNames.BroadcastGradient
            );
            return ([loss], direction);
        }

        var losses = new List<float>(request.Plan.Count);
        float[]? broadcast = null;
        LastRunCount = 0;
        foreach (var part in request.Plan.Cut(CopiesPerRun(examples)))
        {
            var outputs = _programs.Losses.Value.Run(Inputs(request, part, examples, learningRate: 0));
            losses.AddRange(outputs[ProgramNames.Losses].Floats);

            // The clean copy is the first of the first part.
            broadcast ??= outputs[ProgramNames.BroadcastGradient].Floats;
            LastRunCount++;
        }

        return ([.. losses], broadcast!);
    }

    public UpdatedStep LossesAndUpdate(StepRequest request, float learningRate)
    {
        var examples = _order.IndicesOf(request.Step);
        if (CopiesPerRun(examples) < request.Plan.Count)
        {
            // The program's own gradients need every copy in one run; in parts, the host projects and the engine only adds.
            var losses = Losses(request);
            float[] gradients = ProjectedGradients.AreFinite(losses)
                ? ProjectedGradients.Compute(request.Plan, losses, request.Epsilon)
                : [];
            return new UpdatedStep(losses, gradients, gradients.Length == 0 ? [] : UpdateAlone(request, gradients, learningRate));
        }

        LastRunCount = 1;
        var outputs = _programs.LossesAndUpdate!.Run(Inputs(request, request.Plan, examples, learningRate));
        return new UpdatedStep(
            outputs[ProgramNames.Losses].Floats,
            outputs[ProgramNames.Gradients].Floats,
            outputs[ProgramNames.NextAdapterB].Floats
        );
    }

    private float[] UpdateAlone(StepRequest request, float[] gradients, float learningRate) =>
        _programs
            .Update!.Value.Run(
                new Dictionary<string, HostTensor>(StringComparer.Ordinal)
                {
                    [ProgramNames.AdapterB] = SharedTensor.Of(request.B, request.B.Length),
                    [ProgramNames.Noise] = SharedTensor.Of(request.Noise, request.Plan.Queries, request.B.Length),
                    [ProgramNames.Gradients] = HostTensor.Of(gradients, gradients.Length),
                    [ProgramNames.LearningRate] = HostTensor.Of([learningRate], 1),
                }
            )[ProgramNames.NextAdapterB]
            .Floats;

    private Dictionary<string, HostTensor> Inputs(StepRequest request, CopyPlan part, int[] examples, float learningRate)
    {
        var feed = StepFeed.Create(_form, [.. examples.Select(index => _examples[index])], part.Count, _lengths);
        var inputs = CopyInputs.Of(_a, request, part);
        foreach (var (name, tensor) in feed.Inputs)
        {
            inputs[name] = tensor;
        }

        inputs[ProgramNames.Epsilon] = HostTensor.Of([request.Epsilon], 1);
        inputs[ProgramNames.LearningRate] = HostTensor.Of([learningRate], 1);
        _prompts?.AddTo(inputs, feed, examples);
        return inputs;
    }

    /// <summary>How many copies make an engine run of at most the allowed number of tokens; at least one.</summary>
    private int CopiesPerRun(int[] examples)
    {
        var rows = (long)examples.Length * examples.Max(index => StepFeed.RowsOf(_form, _examples[index]));
        return (int)Math.Max(1, _maxTokensPerRun / (rows * examples.Max(index => RowTokens(_examples[index]))));
    }

    private int RowTokens(PromptExample example)
    {
        if (_form.IsTree())
        {
            return StepFeed.TokensOf(_form, example);
        }

        var answer = example.Choices.Length > 0 ? example.Choices.Max(choice => choice.Length) : example.Answer.Length;
        return example.Prompt.Length - example.SuffixStart + answer - 1;
    }
}
