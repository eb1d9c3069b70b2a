using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

/// <summary>
/// The reference: one copy after another in the order of MeZO (perturb +, forward, perturb -, forward; query after query). A parallel
/// objective must give the same losses. Each copy is formed from the unchanged state, so there is nothing to restore and no drift.
/// </summary>
internal sealed class SequentialObjective : IStepObjective
{
    private readonly Forward _forward;

    /// <summary>Wraps the forward pass of one copy.</summary>
    public SequentialObjective(Forward forward) => _forward = forward;

    /// <summary>The loss of one copy on the examples of a step.</summary>
    public delegate float Forward(long step, int query, ReadOnlySpan<float> b);

    /// <inheritdoc/>
    public float[] Losses(StepRequest request)
    {
        var plan = request.Plan;
        var total = request.B.Length;
        var losses = new float[plan.Count];
        var scratch = new float[total];
        void Evaluate(int index)
        {
            var copy = plan.Copies[index];
            Perturbation.Apply(
                request.B.Span,
                request.Noise.Span.Slice(copy.Query * total, total),
                copy.Coefficient,
                request.Epsilon,
                scratch
            );
            losses[index] = _forward(request.Step, copy.Query, scratch);
        }

        var isTwoSided = plan.Estimator!.Value.IsTwoSided();
        if (!isTwoSided)
        {
            Evaluate(0);
        }

        for (var query = 0; query < plan.Queries; query++)
        {
            Evaluate(plan.PlusCopy(query));
            if (isTwoSided)
            {
                Evaluate(plan.BaseCopy(query));
            }
        }

        return losses;
    }
}
