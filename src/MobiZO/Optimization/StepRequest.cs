using MobiZO.Optimization.Noise;

namespace MobiZO.Optimization;

/// <summary>What an objective needs to evaluate copies of one step.</summary>
internal sealed record StepRequest
{
    /// <summary>Step of the run, from 0; with the seed it decides the examples.</summary>
    public required long Step { get; init; }

    /// <summary>The copies, in the order the losses are wanted.</summary>
    public required CopyPlan Plan { get; init; }

    /// <summary>The trained state B [total]; not to be changed.</summary>
    public required ReadOnlyMemory<float> B { get; init; }

    /// <summary>The directions z [q, total], those that the copies use; valid until the objective returns.</summary>
    public required ReadOnlyMemory<float> Noise { get; init; }

    /// <summary>Size of the perturbation, eps.</summary>
    public required float Epsilon { get; init; }

    /// <summary>
    /// Some copies of a step from what decides it, as a process needs them that evaluates a part of a step: the losses of all parts,
    /// joined, are those of the whole step.
    /// </summary>
    /// <param name="options">The settings of the run.</param>
    /// <param name="layout">The tensors of the trained state.</param>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="step">Step of the run, from 0.</param>
    /// <param name="b">The trained state before the step [total].</param>
    /// <param name="copies">Which copies, in the order of the step.</param>
    public static StepRequest Create(
        OptimizerOptions options,
        StateLayout layout,
        ulong seed,
        long step,
        ReadOnlyMemory<float> b,
        Range copies
    )
    {
        var plan = options.Plan.Slice(copies);
        var noise = new float[checked((long)options.QueriesInForce * layout.Total)];
        var source = new NoiseSource(seed);
        foreach (var query in plan.Copies.Where(copy => copy.Coefficient != 0).Select(copy => copy.Query).Distinct())
        {
            foreach (var (tensor, segment) in layout.Segments.Index())
            {
                source.Fill(
                    options.NoiseOrDefault,
                    step,
                    query,
                    tensor,
                    noise.AsSpan((query * layout.Total) + segment.Offset, segment.Length)
                );
            }
        }

        return new StepRequest
        {
            Step = step,
            Plan = plan,
            B = b,
            Noise = noise,
            Epsilon = options.Epsilon,
        };
    }
}
