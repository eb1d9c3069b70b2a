namespace MobiZO.Training;

/// <summary>Everything is known and nothing has been trained yet.</summary>
/// <param name="Plan">The facts of the run.</param>
public sealed record RunPlanned(RunPlan Plan) : TrainingEvent;
