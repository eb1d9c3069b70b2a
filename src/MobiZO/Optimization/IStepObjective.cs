namespace MobiZO.Optimization;

/// <summary>What is minimised: a model on a mini-batch, or a plain function in tests.</summary>
internal interface IStepObjective
{
    /// <summary>The P losses of the copies B + coefficient * eps * z_query, in the order of the plan.</summary>
    float[] Losses(StepRequest request);
}
