using MobiZO.Data;
using MobiZO.Optimization;

using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

using MobiZO.PrefixCache;

namespace MobiZO.Training;

/// <summary>The losses of a step on a model: all copies in one engine run, or in micro-batches over copies when that would be too many tokens.</summary>
internal sealed class ModelObjective : IUpdatingObjective
{
    private readonly StepPrograms _programs;
    private readonly StepLossKind _form;
    private readonly HostTensor _a;
    private readonly IReadOnlyList<PromptExample> _examples;
    private readonly ExampleOrder _order;
    private readonly PrefixStore? _prompts;
    private readonly int _maxTokensPerRun;
    private readonly bool _isSequential;

    /// <param name="programs">The loaded programs.</param>
    /// <param name="form">The loss of the step programs.</param>
    /// <param name="a">All A matrices, flat.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="order">Which examples a step sees.</param>
    /// <param name="prompts">The frozen parts of the examples; null when there are none.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    /// <param name="isSequential">Whether every copy has an engine run of its own.</param>
    public ModelObjective(
        StepPrograms programs,
        StepLossKind form,
        float[] a,
        IReadOnlyList<PromptExample> examples,
        ExampleOrder order,
        PrefixStore? prompts,
        int maxTokensPerRun,
        bool isSequential = false)
    {
        (_programs, _form, _examples, _order, _prompts) = (programs, form, examples, order, prompts);
        (_maxTokensPerRun, _isSequential) = (maxTokensPerRun, isSequential);
        _a = HostTensor.Of(a, a.Length);
    }

    public bool Updates => _programs.LossesAndUpdate is not null;

    /// <summary>Engine runs of the last step.</summary>
    public int LastRunCount { get; private set; }

    public float[] Losses(StepRequest request)
    {
        var losses = new float[request.Plan.Count];
        LastRunCount = 0;
        foreach (var part in Parts(request.Plan, _order.IndicesOf(request.Step)))
        {
            var results = _programs.Losses.Value.Run(Inputs(request, part, learningRate: 0))[ProgramNames.Losses].Floats;
            LastRunCount++;
            for (var i = 0; i < results.Length; i++)
            {
                losses[part.Copies[i]] = results[i];
            }
        }

        return losses;
    }

    public UpdatedStep LossesAndUpdate(StepRequest request, float learningRate)
    {
        var parts = Parts(request.Plan, _order.IndicesOf(request.Step)).ToList();
        if (parts.Count > 1)
        {
            // The program's own gradients need every copy in one run; in parts, the host projects and the engine only adds.
            var losses = Losses(request);
            float[] gradients = ProjectedGradients.AreFinite(losses) ? ProjectedGradients.Compute(request.Plan, losses, request.Epsilon, 0) : [];
            return new UpdatedStep(losses, gradients, gradients.Length == 0 ? [] : UpdateAlone(request, gradients, learningRate));
        }

        LastRunCount = 1;
        var outputs = _programs.LossesAndUpdate!.Run(Inputs(request, parts[0], learningRate));
        return new UpdatedStep(outputs[ProgramNames.Losses].Floats, outputs[ProgramNames.Gradients].Floats, outputs[ProgramNames.NextAdapterB].Floats);
    }

    private float[] UpdateAlone(StepRequest request, float[] gradients, float learningRate) => _programs.Update!.Value.Run(new Dictionary<string, HostTensor>(StringComparer.Ordinal)
    {
        [ProgramNames.AdapterB] = Share(request.B, request.B.Length),
        [ProgramNames.Noise] = Share(request.Noise, request.Plan.Queries, request.B.Length),
        [ProgramNames.Gradients] = HostTensor.Of(gradients, gradients.Length),
        [ProgramNames.LearningRate] = HostTensor.Of([learningRate], 1),
    })[ProgramNames.NextAdapterB].Floats;

    private Dictionary<string, HostTensor> Inputs(StepRequest request, Part part, float learningRate)
    {
        var feed = StepFeed.Create(_form, [.. part.Examples.Select(index => _examples[index])], part.Groups, part.Copies.Length);
        var copies = part.Copies.Select(copy => request.Plan.Copies[copy]).ToArray();
        var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal)
        {
            [ProgramNames.AdapterA] = _a,
            [ProgramNames.AdapterB] = Share(request.B, request.B.Length),
            [ProgramNames.Noise] = Share(request.Noise, request.Plan.Queries, request.B.Length),
            [ProgramNames.QueryIndex] = HostTensor.Of([.. copies.Select(copy => (long)copy.Query)], copies.Length),
            [ProgramNames.Coefficients] = HostTensor.Of([.. copies.Select(copy => copy.Coefficient * request.Epsilon)], copies.Length),
            [ProgramNames.Epsilon] = HostTensor.Of([request.Epsilon], 1),
            [ProgramNames.LearningRate] = HostTensor.Of([learningRate], 1),
        };
        _prompts?.AddTo(inputs, feed, part.Examples);
        return inputs;
    }

    /// <summary>Cuts the copies of a step into engine runs of at most the allowed number of tokens (at least one copy, or one query with its own examples).</summary>
    private IEnumerable<Part> Parts(CopyPlan plan, int[] indices)
    {
        indices = indices[..(indices.Length / plan.ExampleParts)];
        var groups = plan.OwnExamples ? plan.Queries : 1;
        var perGroup = plan.Count / groups;
        var examplesPerCopy = indices.Length / groups;
        if (_isSequential)
        {
            int[] ExamplesOf(int copy) => indices[(copy % groups * examplesPerCopy)..((copy % groups + 1) * examplesPerCopy)];
            return Enumerable.Range(0, plan.Count).Select(copy => new Part([copy], ExamplesOf(copy), 1));
        }

        var tokens = indices.Max(index => RowTokens(_examples[index])) * examplesPerCopy * (_form == StepLossKind.ChoiceSequences ? _examples[indices[0]].Choices.Length : 1);
        if (groups == 1)
        {
            var size = Math.Max(1, _maxTokensPerRun / tokens);
            return Enumerable.Range(0, plan.Count).Chunk(size).Select(copies => new Part(copies, indices, 1));
        }

        // Copy p belongs to query p mod q: a part holds every copy of a few queries, in the order of the whole plan.
        return Enumerable.Range(0, groups).Chunk(Math.Max(1, _maxTokensPerRun / (tokens * perGroup))).Select(queries => new Part(
            [.. Enumerable.Range(0, perGroup).SelectMany(side => queries.Select(query => (side * groups) + query))],
            [.. queries.SelectMany(query => indices[(query * examplesPerCopy)..((query + 1) * examplesPerCopy)])],
            queries.Length));
    }

    private static int RowTokens(PromptExample example)
    {
        var answer = example.Choices.Length > 0 ? example.Choices.Max(choice => choice.Length) : example.Answer.Length;
        return example.Prompt.Length - example.SuffixStart + answer - 1;
    }

    // The optimiser owns these arrays whole; engines read them in place.
    private static HostTensor Share(ReadOnlyMemory<float> memory, params IReadOnlyList<int> shape) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? HostTensor.Of(segment.Array, shape)
            : HostTensor.Of(memory.ToArray(), shape);

    private sealed record Part(int[] Copies, int[] Examples, int Groups);
}
