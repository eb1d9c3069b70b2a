using MobiZO.Training;

namespace MobiZO.Cli.Reporting;

/// <summary>One stable line an event: for pipes, logs and files.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="options">The run; null when only stages are told.</param>
internal sealed class PlainDisplay(TextWriter output, FineTuneOptions? options = null) : IRunDisplay, IProgress<TrainingEvent>
{
    private readonly Lock _lock = new();
    private long _tenth;
    private int _steps = options?.Steps ?? 0;

    public Task<T> ShowAsync<T>(Func<IProgress<TrainingEvent>, Task<T>> work) => work(this);

    public void Report(TrainingEvent value)
    {
        lock (_lock)
        {
            foreach (var line in Lines(value))
            {
                output.WriteLine(line);
            }

            output.Flush();
        }
    }

    private IEnumerable<string> Lines(TrainingEvent value) =>
        value switch
        {
            RunPlanned planned when options is not null => Planned(planned.Plan, options),
            SamplesWritten samples => SampleTexts.Lines(samples.Step, _steps, samples.Samples),
            PrefixesPlanned planned => [$"{planned.Rows} prompts: {PlanText.Prompts(planned.Plan)}"],
            RunNote note => [NoteText.Line(note)],
            StepCompleted step => [Step(step, options?.Score is not null)],
            EvaluationCompleted evaluation => [Evaluation(evaluation, _steps)],

            // Without a run an evaluation is all there is: every tenth of it is a line. In a run evaluations are told by their result.
            StageProgress { Stage: "evaluating" } stage when options is null => Tenths(stage),
            StageProgress stage when stage.Done >= stage.Total && stage.Stage != "evaluating" => [$"{stage.Stage}: done"],
            _ => [],
        };

    private IEnumerable<string> Planned(RunPlan plan, FineTuneOptions run)
    {
        _steps = plan.Steps;
        return PlanText.Lines(plan, run);
    }

    private IEnumerable<string> Tenths(StageProgress stage)
    {
        var tenth = stage.Total == 0 ? 10 : 10 * stage.Done / stage.Total;
        if (tenth > _tenth)
        {
            _tenth = tenth;
            yield return $"{stage.Stage}: {Quantity.Number(stage.Done)} of {Quantity.Number(stage.Total)} rows";
        }
    }

    private static string Step(StepCompleted step, bool isScored) =>
        $"step {step.Result.Step + 1}/{step.TotalSteps}  "
        + (isScored ? $"score {Quantity.Loss(-step.MeanLoss)}  " : $"loss {Quantity.Loss(step.MeanLoss)}  ")
        + $"lr {Quantity.Rate(step.Result.LearningRate)}  {Quantity.Milliseconds(step.Milliseconds)}";

    private string Evaluation(EvaluationCompleted evaluation, int steps)
    {
        var point = evaluation.Result.At(evaluation.Step);
        var line = EvaluationText.Line(point, EvaluationText.ScoreOf(options));
        return $"eval {evaluation.Step}/{steps}  {line}{(evaluation.IsBest ? "  best" : "")}";
    }
}
