namespace MobiZO.Optimization;

/// <summary>An objective whose clean copy also tells where its error points.</summary>
internal interface IBroadcastObjective : IStepObjective
{
    /// <summary>
    /// The P losses of the copies in the order of the plan, and the broadcast direction [total] of the first copy, which is the clean one:
    /// an ascent direction; zeros for modules that do not write into the residual stream.
    /// </summary>
    (float[] Losses, float[] Broadcast) LossesAndBroadcast(StepRequest request);
}
