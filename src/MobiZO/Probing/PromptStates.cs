using MobiZO.Data;
using MobiZO.Initialization;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Probing;

/// <summary>The hidden states of the last token of whole prompts, behind some layers.</summary>
internal sealed class PromptStates : IDisposable
{
    private readonly LocalModel _model;
    private readonly IReadOnlyList<int> _layers;
    private readonly int _maxTokensPerRun;
    private readonly IProgramSession _program;

    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="layers">Layers in front of the states.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run; a longer prompt is run alone.</param>
    public PromptStates(LocalModel model, IReadOnlyList<int> layers, int maxTokensPerRun)
    {
        (_model, _layers, _maxTokensPerRun) = (model, layers, maxTokensPerRun);
        _program = model.Engine.Load(model.Assembler.Streams(layers, null, PrefixKind.Tokens), model.Checkpoint);
    }

    /// <summary>For every layer [rows, hidden].</summary>
    /// <param name="rows">Rows with label words; their answers are not read.</param>
    /// <param name="progress">Told how many rows are done.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    /// <exception cref="FineTuneException">The states of a row are not numbers.</exception>
    public IReadOnlyDictionary<int, float[][]> Read(
        IReadOnlyList<EncodedExample> rows,
        Action<int> progress,
        CancellationToken cancellation
    )
    {
        PromptExample[] examples = [.. rows.Select(row => new PromptExample(row.PromptIds, 0, row.AnswerIds, [], row.Label ?? 0))];
        var states = PromptStatistics.Read(
            _program,
            examples,
            [.. Enumerable.Range(0, rows.Count)],
            null,
            _maxTokensPerRun,
            _model.Engine.Traits.Lengths,
            progress,
            cancellation
        );
        var byLayer = _layers.ToDictionary(layer => layer, layer => states[_model.Assembler.StreamOf(layer)]);
        for (var row = 0; row < rows.Count; row++)
        {
            if (byLayer.Values.Any(values => !values[row].All(float.IsFinite)))
            {
                throw new FineTuneException(
                    $"{rows[row].Place}: what the model computes of this prompt is not a number: the weights are damaged. "
                        + "Compare the files with those of the place they came from.",
                    FineTuneFailure.Input
                );
            }
        }

        return byLayer;
    }

    /// <inheritdoc/>
    public void Dispose() => _program.Dispose();
}
