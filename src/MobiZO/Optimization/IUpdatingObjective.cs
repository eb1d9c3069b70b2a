namespace MobiZO.Optimization;

/// <summary>An objective whose engine can also compute the update, so that B is state of the program.</summary>
internal interface IUpdatingObjective : IStepObjective
{
    /// <summary>Whether the engine computes the update.</summary>
    bool Updates { get; }

    /// <summary>Losses, projected gradients and the next B in one go. Only called when <see cref="Updates"/>.</summary>
    UpdatedStep LossesAndUpdate(StepRequest request, float learningRate);
}
