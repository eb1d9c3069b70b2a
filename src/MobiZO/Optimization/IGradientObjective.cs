namespace MobiZO.Optimization;

/// <summary>An objective that also knows the gradient of its loss.</summary>
internal interface IGradientObjective : IStepObjective
{
    /// <summary>The loss of the one copy of the request, B itself, and the gradient of it [total].</summary>
    (float Loss, float[] Gradient) LossAndGradient(StepRequest request);
}
