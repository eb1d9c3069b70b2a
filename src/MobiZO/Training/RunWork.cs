using MobiZO.Journal;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>Counts what the steps of a run cost.</summary>
internal sealed class RunWork
{
    private readonly StepExamples _examples;
    private readonly DecidedOptions _options;

    /// <param name="examples">The training rows as examples.</param>
    /// <param name="options">The run.</param>
    /// <param name="taken">Steps taken before.</param>
    public RunWork(StepExamples examples, DecidedOptions options, long taken)
    {
        (_examples, _options) = (examples, options);
        for (var step = 0L; step < taken; step++)
        {
            Add(step);
        }
    }

    /// <summary>All steps so far.</summary>
    public StepWork Sum { get; private set; } = new(0, 0);

    /// <summary>Counts a step.</summary>
    /// <param name="step">The step.</param>
    public StepWork Add(long step)
    {
        var copies = (long)_options.Run.Optimizer.Plan.Count;
        var examples = _examples.Order.IndicesOf(step).Select(index => _examples.All[index]).ToArray();
        var work = new StepWork(copies * examples.Sum(RowsOf), _options.Run.Score is null ? copies * examples.Sum(TokensOf) : null);
        Sum = Sum.Plus(work);
        return work;
    }

    private long RowsOf(PromptExample example) => _options.Loss.HasRowPerChoice() ? example.Choices.Length : 1;

    private long TokensOf(PromptExample example) =>
        _options.Loss.HasRowPerChoice()
            ? example.Choices.Sum(choice => (long)example.Prompt.Length - example.SuffixStart + choice.Length - 1)
            : StepFeed.TokensOf(_options.Loss, example);
}
