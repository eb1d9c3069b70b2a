using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.TrainBench.Steps;

/// <summary>
/// Plain inference of the rows of a step: no adapter, all rows of all copies, cut into engine runs like the step. Rows and cached prompts
/// are laid out beforehand, so that only the engine counts.
/// </summary>
internal sealed class InferenceRun
{
    private readonly MeteredSession _session;
    private readonly List<IReadOnlyDictionary<string, HostTensor>> _inputs = [];

    /// <param name="model">The model.</param>
    /// <param name="shape">Sizes of the step.</param>
    /// <param name="maxTokensPerRun">Most tokens of an engine run.</param>
    public InferenceRun(StepModel model, StepShape shape, int maxTokensPerRun)
    {
        var examples = model.Examples(shape, shape.Examples);
        _session = model.Inference(shape);
        var copiesPerRun = Math.Max(1, maxTokensPerRun / (shape.RowTokens * shape.Examples));
        for (var done = 0; done < shape.Copies; done += copiesPerRun)
        {
            var feed = StepFeed.Create(model.Loss, examples, Math.Min(copiesPerRun, shape.Copies - done));
            var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal);
            if (shape.Prompt == PrefixKind.KeyValues)
            {
                using var prompts = model.Prompts(examples, firstLayer: 0, folder: null);
                prompts.AddTo(inputs, feed, [.. Enumerable.Range(0, examples.Length)]);
            }

            _inputs.Add(inputs);
        }
    }

    public StepSample Take()
    {
        _session.Take();
        foreach (var inputs in _inputs)
        {
            _session.Run(inputs);
        }

        var (engine, runs, cost) = _session.Take();
        return new StepSample(engine.TotalMilliseconds, engine.TotalMilliseconds, runs, cost);
    }
}
