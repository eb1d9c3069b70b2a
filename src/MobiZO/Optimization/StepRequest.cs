namespace MobiZO.Optimization;

/// <summary>What an objective needs to evaluate all copies of one step.</summary>
internal sealed record StepRequest
{
    /// <summary>Step of the run, from 0; with the seed it decides the examples.</summary>
    public required long Step { get; init; }

    /// <summary>The copies, in the order the losses are wanted.</summary>
    public required CopyPlan Plan { get; init; }

    /// <summary>The trained state B [total]; not to be changed.</summary>
    public required ReadOnlyMemory<float> B { get; init; }

    /// <summary>The directions z [q, total]; valid until the objective returns.</summary>
    public required ReadOnlyMemory<float> Noise { get; init; }

    /// <summary>Size of the perturbation, eps.</summary>
    public required float Epsilon { get; init; }
}
