using MobiZO.Data;
using MobiZO.Optimization;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>
/// The loss of a step and its exact gradient on a model, in micro-batches of rows that keep what lives until the way back within a budget.
/// </summary>
internal sealed class GradientObjective : IGradientObjective, IRunObjective
{
    private readonly IProgramSession _program;
    private readonly StepLossKind _form;
    private readonly HostTensor _a;
    private readonly IReadOnlyList<PromptExample> _examples;
    private readonly ExampleOrder _order;
    private readonly PrefixStore? _prompts;
    private readonly GradientRoom _room;
    private readonly LengthGrid _lengths;

    /// <param name="program">The loaded program of gradients.</param>
    /// <param name="form">Its loss.</param>
    /// <param name="a">All A matrices, flat.</param>
    /// <param name="examples">Training examples.</param>
    /// <param name="order">Which examples a step sees.</param>
    /// <param name="prompts">The frozen parts of the examples; null when there are none.</param>
    /// <param name="room">How many rows make a run.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    public GradientObjective(
        IProgramSession program,
        StepLossKind form,
        float[] a,
        IReadOnlyList<PromptExample> examples,
        ExampleOrder order,
        PrefixStore? prompts,
        GradientRoom room,
        LengthGrid lengths
    )
    {
        (_program, _form, _examples, _order, _prompts, _room, _lengths) = (program, form, examples, order, prompts, room, lengths);
        _a = HostTensor.Of(a, a.Length);
    }

    public int LastRunCount { get; private set; }

    /// <summary>The loss of the clean copy; other copies are not of this objective.</summary>
    public float[] Losses(StepRequest request) => [LossAndGradient(request).Loss];

    public void Rehearse(StepRequest request) => LossAndGradient(request);

    public (float Loss, float[] Gradient) LossAndGradient(StepRequest request)
    {
        if (request.Plan.Copies is not [{ Coefficient: 0 }])
        {
            throw new ArgumentException("the exact gradient is that of one clean copy");
        }

        (var loss, var gradient, LastRunCount) = MeanOverParts.Of(
            _room,
            _form,
            _examples,
            _order.IndicesOf(request.Step),
            _lengths,
            part => _program.Run(Inputs(request, part)),
            ProgramNames.AdapterBGradient
        );
        return (loss, gradient);
    }

    private Dictionary<string, HostTensor> Inputs(StepRequest request, int[] part)
    {
        var feed = StepFeed.Create(_form, [.. part.Select(index => _examples[index])], copies: 1, _lengths);
        var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal)
        {
            [ProgramNames.AdapterA] = _a,
            [ProgramNames.AdapterB] = SharedTensor.Of(request.B, request.B.Length),
        };
        _prompts?.AddTo(inputs, feed, part);
        return inputs;
    }
}
