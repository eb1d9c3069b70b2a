using MobiZO.Data;
using MobiZO.Optimization;
using MobiZO.Programs.Engines;
using MobiZO.Scoring;

namespace MobiZO.Training;

/// <summary>The losses of a step when a score says what is good: minus the mean score of what each copy writes.</summary>
internal sealed class ScoreObjective : IRunObjective
{
    private readonly AnswerScores _answers;
    private readonly HostTensor _a;
    private readonly ExampleOrder _order;
    private readonly CancellationToken _cancellation;

    /// <param name="answers">Writes and scores the answers to the training rows.</param>
    /// <param name="a">All A matrices, flat.</param>
    /// <param name="order">Which rows a step sees.</param>
    /// <param name="cancellation">Ends a step whose score takes long: it is not taken.</param>
    public ScoreObjective(AnswerScores answers, float[] a, ExampleOrder order, CancellationToken cancellation) =>
        (_answers, _a, _order, _cancellation) = (answers, HostTensor.Of(a, a.Length), order, cancellation);

    public int LastRunCount { get; private set; }

    public void Rehearse(StepRequest request) => Each(request, (rows, copies) => _answers.Answers.Write(rows, copies));

    public float[] Losses(StepRequest request)
    {
        var losses = new List<float>(request.Plan.Count);
        Each(request, (rows, copies) => losses.AddRange(_answers.MeansOf(rows, copies, _cancellation).Select(score => (float)-score)));
        return [.. losses];
    }

    private void Each(StepRequest request, Action<int[], AnswerCopies> write)
    {
        var rows = _order.IndicesOf(request.Step);
        LastRunCount = 0;
        foreach (var part in request.Plan.Cut(_answers.Answers.CopiesAtOnce(rows)))
        {
            write(rows, new AnswerCopies(part.Count, CopyInputs.Of(_a, request, part)));
            LastRunCount++;
        }
    }
}
