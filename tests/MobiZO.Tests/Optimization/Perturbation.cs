using System.Numerics;
using MobiZO.Optimization;

namespace MobiZO.Tests.Optimization;

/// <summary>B_p = B + (coefficient * eps) * z on the host, each operation rounded once: what a step program does in the engine.</summary>
internal static class Perturbation
{
    /// <summary>
    /// Writes one copy. The trained state is only read: perturbing and restoring it in place would let it drift by rounding.
    /// </summary>
    public static void Apply(ReadOnlySpan<float> b, ReadOnlySpan<float> direction, float coefficient, float epsilon, Span<float> copy)
    {
        if (b.Length != direction.Length || b.Length != copy.Length)
        {
            throw new ArgumentException(
                $"state, direction and copy must have one length, found {b.Length}, {direction.Length} and {copy.Length}"
            );
        }

        var scale = coefficient * epsilon;
        var index = 0;
        for (; index <= b.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            (new Vector<float>(b[index..]) + (new Vector<float>(direction[index..]) * scale)).CopyTo(copy[index..]);
        }

        for (; index < b.Length; index++)
        {
            copy[index] = b[index] + (direction[index] * scale);
        }
    }

    /// <summary>Writes the whole stack [P, total] from the noise [q, total].</summary>
    public static void ApplyAll(CopyPlan plan, ReadOnlyMemory<float> b, ReadOnlyMemory<float> noise, float epsilon, Memory<float> stack)
    {
        var total = b.Length;
        Parallel.For(
            0,
            plan.Count,
            index =>
            {
                var copy = plan.Copies[index];
                Apply(
                    b.Span,
                    // A clean copy goes no way along the direction that it names, and without queries there is none.
                    copy.Coefficient == 0
                        ? b.Span
                        : noise.Span.Slice(copy.Query * total, total),
                    copy.Coefficient,
                    epsilon,
                    stack.Span.Slice(index * total, total)
                );
            }
        );
    }
}
