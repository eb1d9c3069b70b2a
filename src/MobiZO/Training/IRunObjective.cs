using MobiZO.Optimization;

namespace MobiZO.Training;

/// <summary>The objective of a run, as its plan measures it.</summary>
internal interface IRunObjective : IStepObjective
{
    /// <summary>Engine runs of the last step.</summary>
    int LastRunCount { get; }

    /// <summary>Does the work of a step and changes nothing.</summary>
    void Rehearse(StepRequest request);
}
