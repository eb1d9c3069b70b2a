using System.Numerics;

namespace MobiZO.Optimization;

/// <summary>
/// The update of the trained state from the projected gradients g and the noise z. For every element, each operation rounded once, in this
/// order:
/// <code>
/// sum  = g_0 * z_0;  sum = sum + g_i * z_i   for i = 1 .. q-1
/// m    = momentum * m + sum                  with momentum only; m starts at zero
/// step = learningRate / q
/// b    = b - step * sum                      (step * m with momentum)
/// </code>
/// No fused multiply-add and no other order: every machine, thread count and vector width gives the same bits.
/// </summary>
internal static class AdapterUpdate
{
    private const int BlockLength = 1 << 14;

    /// <summary>Changes <paramref name="b"/> and, with momentum, <paramref name="velocity"/>.</summary>
    /// <param name="b">The trained state [total].</param>
    /// <param name="velocity">m [total]; empty when <paramref name="momentum"/> is 0.</param>
    /// <param name="noise">The directions [q, total].</param>
    /// <param name="gradients">The projected gradients [q].</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="momentum">Factor of the old m; 0: plain descent.</param>
    /// <param name="threads">Most threads to use; null: as many as the machine has.</param>
    public static void Apply(
        Memory<float> b,
        Memory<float> velocity,
        ReadOnlyMemory<float> noise,
        ReadOnlyMemory<float> gradients,
        float learningRate,
        float momentum = 0,
        int? threads = null
    )
    {
        var total = b.Length;
        var queries = gradients.Length;
        if (queries == 0 || noise.Length != (long)queries * total || velocity.Length != (momentum == 0 ? 0 : total))
        {
            throw new ArgumentException(
                $"an update of {total} values by {queries} queries cannot use {noise.Length} noise values and {velocity.Length} "
                    + $"momentum values"
            );
        }

        var step = learningRate / queries;
        void ApplyBlock(int block)
        {
            var start = block * BlockLength;
            var length = Math.Min(BlockLength, total - start);
            var velocityBlock = momentum == 0 ? [] : velocity.Span.Slice(start, length);
            ApplyRange(b.Span.Slice(start, length), velocityBlock, noise.Span, start, total, gradients.Span, step, momentum);
        }

        var blocks = (int)(((long)total + BlockLength - 1) / BlockLength);
        if (blocks == 1 || threads == 1)
        {
            for (var block = 0; block < blocks; block++)
            {
                ApplyBlock(block);
            }
        }
        else
        {
            Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads ?? -1 }, ApplyBlock);
        }
    }

    private static void ApplyRange(
        Span<float> b,
        Span<float> velocity,
        ReadOnlySpan<float> noise,
        int start,
        int total,
        ReadOnlySpan<float> gradients,
        float step,
        float momentum
    )
    {
        var index = 0;
        for (; index <= b.Length - Vector<float>.Count; index += Vector<float>.Count)
        {
            var sum = new Vector<float>(noise[(start + index)..]) * gradients[0];
            for (var query = 1; query < gradients.Length; query++)
            {
                sum += new Vector<float>(noise[((query * total) + start + index)..]) * gradients[query];
            }

            if (momentum != 0)
            {
                sum = (new Vector<float>(velocity[index..]) * momentum) + sum;
                sum.CopyTo(velocity[index..]);
            }

            (new Vector<float>(b[index..]) - (sum * step)).CopyTo(b[index..]);
        }

        for (; index < b.Length; index++)
        {
            var sum = noise[start + index] * gradients[0];
            for (var query = 1; query < gradients.Length; query++)
            {
                sum += noise[(query * total) + start + index] * gradients[query];
            }

            if (momentum != 0)
            {
                sum = (velocity[index] * momentum) + sum;
                velocity[index] = sum;
            }

            b[index] -= sum * step;
        }
    }
}
