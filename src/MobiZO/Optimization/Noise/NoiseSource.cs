using System.Numerics;
using System.Runtime.InteropServices;

namespace MobiZO.Optimization.Noise;

/// <summary>
/// Every random number of a run, as a pure function of (seed, step, query, tensor, index): the same bits whatever the thread count, the
/// vector width, the order of the calls or the operating system.
/// </summary>
/// <remarks>
/// Philox4x32-10 with the seed as key. Counter words: block number; domain (high 8 bits) and tensor (low 24); query; step. Domains keep the
/// kinds of noise and the initial A apart: within a seed no two of them ever share a counter, and Philox is a bijection for each key.
/// <para>Gaussian layout: 16 blocks make 64 values. Block j of the chunk, words w0..w3: value 2j is the cosine part of (w0, w1), 2j + 1
/// that of
/// (w2, w3), 32 + 2j and 33 + 2j their sine parts. Rademacher layout: a block makes 128 values, bit k of its 128 (word 0 first, low bit
/// first) gives value k, -1 where the bit is set. Initial A: word k of the blocks gives value k. Sampling: words w0 (high) and w1 of block
/// i give draw i.</para>
/// </remarks>
internal sealed class NoiseSource
{
    private const int GaussianChunk = 64;
    private const int BlocksPerGaussianChunk = 16;
    private const int RademacherChunk = 128;
    private const int MaxTensor = (1 << 24) - 1;

    // Below this many values threads cost more than they save.
    private const int SmallestParallelFill = 1 << 15;

    private readonly ulong _seed;

    private enum Domain : uint
    {
        Gaussian = 0,
        Rademacher = 1,
        InitialA = 2,
        Sampling = 3,
    }

    /// <summary>Noise of a run with this seed.</summary>
    public NoiseSource(ulong seed) => _seed = seed;

    /// <summary>Fills <paramref name="destination"/> with the values of one direction for one tensor, from its first element on.</summary>
    /// <param name="kind">The distribution.</param>
    /// <param name="step">Step of the run, from 0 to 2^32 - 1.</param>
    /// <param name="query">Query of the step, from 0.</param>
    /// <param name="tensor">Index of the tensor in the fixed order of the trained state, from 0 to 2^24 - 1.</param>
    /// <param name="destination">Receives the values.</param>
    /// <exception cref="ArgumentOutOfRangeException">Step, query or tensor is outside its range.</exception>
    public void Fill(NoiseKind kind, long step, int query, int tensor, Span<float> destination) =>
        Fill(kind, step, query, tensor, destination, useVectors: true);

    /// <summary>
    /// Fills [q, total]: row i holds direction i for the whole trained state, tensors one after another. Queries and tensors are shared out
    /// over threads.
    /// </summary>
    /// <param name="kind">The distribution.</param>
    /// <param name="step">Step of the run, from 0 to 2^32 - 1.</param>
    /// <param name="queries">Number of queries q.</param>
    /// <param name="layout">The tensors of the trained state.</param>
    /// <param name="destination">Exactly q * total elements.</param>
    /// <param name="threads">Most threads to use; null: as many as the machine has.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public void FillStep(NoiseKind kind, long step, int queries, StateLayout layout, Memory<float> destination, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(queries);
        var total = layout.Total;
        if (destination.Length != (long)queries * total)
        {
            throw new ArgumentException(
                $"noise for {queries} queries of {total} elements needs {(long)queries * total} values, the destination has "
                    + $"{destination.Length}"
            );
        }

        var tensors = layout.Segments.Count;
        void FillOne(int index)
        {
            var query = index / tensors;
            var tensor = index % tensors;
            var segment = layout.Segments[tensor];
            Fill(kind, step, query, tensor, destination.Span.Slice((query * total) + segment.Offset, segment.Length));
        }

        if (destination.Length < SmallestParallelFill || threads == 1)
        {
            for (var index = 0; index < queries * tensors; index++)
            {
                FillOne(index);
            }
        }
        else
        {
            Parallel.For(0, queries * tensors, new ParallelOptions { MaxDegreeOfParallelism = threads ?? -1 }, FillOne);
        }
    }

    /// <summary>
    /// The frozen A [r, in] of a fresh adapter: Kaiming-uniform with a = sqrt 5, that is uniform between -1/sqrt(in) and 1/sqrt(in), ends
    /// excluded.
    /// </summary>
    /// <param name="tensor">Index of the module in the adapter's fixed order, from 0 to 2^24 - 1.</param>
    /// <param name="inputSize">Width of the module's input.</param>
    /// <param name="destination">Receives the values, row-major.</param>
    public void FillInitialA(int tensor, int inputSize, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputSize);
        CheckTensor(tensor);
        var bound = (float)(1 / Math.Sqrt(inputSize));
        Span<uint> words = stackalloc uint[4];
        for (var start = 0; start < destination.Length; start += 4)
        {
            Words((uint)(start / 4), Domain.InitialA, 0, 0, tensor, words);
            for (var k = 0; k < 4 && start + k < destination.Length; k++)
            {
                // 23 bits and a half: exact in single precision, symmetric around zero, never an end of the interval.
                var centred = ((words[k] >> 9) + 0.5f - 4194304f) * (1f / 4194304f);
                destination[start + k] = centred * bound;
            }
        }
    }

    /// <summary>One uniform number in [0, 1) for drawing a token of a generated text: 53 random bits.</summary>
    /// <param name="index">Index of the draw, from 0 to 2^32 - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The index is outside its range.</exception>
    public double SamplingUniform(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, uint.MaxValue);
        Span<uint> words = stackalloc uint[4];
        Words((uint)index, Domain.Sampling, 0, 0, 0, words);
        return ((((ulong)words[0] << 32) | words[1]) >> 11) * (1.0 / (1UL << 53));
    }

    internal void Fill(NoiseKind kind, long step, int query, int tensor, Span<float> destination, bool useVectors)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, uint.MaxValue);
        ArgumentOutOfRangeException.ThrowIfNegative(query);
        CheckTensor(tensor);
        switch (kind)
        {
            case NoiseKind.Gaussian:
                FillGaussian((uint)step, (uint)query, tensor, destination, useVectors);
                break;
            case NoiseKind.Rademacher:
                FillRademacher((uint)step, (uint)query, tensor, destination, useVectors);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "expected Gaussian or Rademacher");
        }
    }

    private static void CheckTensor(int tensor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tensor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tensor, MaxTensor);
    }

    private void FillGaussian(uint step, uint query, int tensor, Span<float> destination, bool useVectors)
    {
        useVectors = useVectors && Vector.IsHardwareAccelerated && BlocksPerGaussianChunk % Vector<ulong>.Count == 0;
        Span<float> last = stackalloc float[GaussianChunk];
        for (var start = 0; start < destination.Length; start += GaussianChunk)
        {
            var length = Math.Min(GaussianChunk, destination.Length - start);
            var chunk = length == GaussianChunk ? destination.Slice(start, GaussianChunk) : last;
            var firstBlock = (uint)(start / GaussianChunk) * BlocksPerGaussianChunk;
            if (useVectors)
            {
                GaussianChunkByVectors(firstBlock, step, query, tensor, chunk);
            }
            else
            {
                GaussianChunkByScalars(firstBlock, step, query, tensor, chunk);
            }

            if (length < GaussianChunk)
            {
                last[..length].CopyTo(destination[start..]);
            }
        }
    }

    private void GaussianChunkByScalars(uint firstBlock, uint step, uint query, int tensor, Span<float> chunk)
    {
        const int Half = GaussianChunk / 2;
        Span<uint> words = stackalloc uint[4];
        for (var j = 0; j < BlocksPerGaussianChunk; j++)
        {
            Words(firstBlock + (uint)j, Domain.Gaussian, step, query, tensor, words);
            (chunk[2 * j], chunk[Half + (2 * j)]) = GaussianTransform.Transform(words[0], words[1]);
            (chunk[(2 * j) + 1], chunk[Half + (2 * j) + 1]) = GaussianTransform.Transform(words[2], words[3]);
        }
    }

    private void GaussianChunkByVectors(uint firstBlock, uint step, uint query, int tensor, Span<float> chunk)
    {
        var lowHalf = new Vector<ulong>(uint.MaxValue);
        var domainAndTensor = new Vector<ulong>(DomainAndTensor(Domain.Gaussian, tensor));
        for (var j = 0; j < BlocksPerGaussianChunk; j += Vector<ulong>.Count)
        {
            var w0 = new Vector<ulong>(firstBlock + (uint)j) + Vector<ulong>.Indices;
            var w1 = domainAndTensor;
            var w2 = new Vector<ulong>(query);
            var w3 = new Vector<ulong>(step);
            Philox4x32.Blocks(ref w0, ref w1, ref w2, ref w3, _seed);
            var radiusWords = Vector.AsVectorUInt32((w0 & lowHalf) | (w2 << 32));
            var angleWords = Vector.AsVectorUInt32((w1 & lowHalf) | (w3 << 32));
            GaussianTransform.Transform(radiusWords, angleWords, out var cosines, out var sines);
            cosines.CopyTo(chunk[(2 * j)..]);
            sines.CopyTo(chunk[((GaussianChunk / 2) + (2 * j))..]);
        }
    }

    private void FillRademacher(uint step, uint query, int tensor, Span<float> destination, bool useVectors)
    {
        useVectors = useVectors && Vector.IsHardwareAccelerated && 32 % Vector<uint>.Count == 0;
        Span<uint> words = stackalloc uint[4];
        for (var start = 0; start < destination.Length; start += RademacherChunk)
        {
            Words((uint)(start / RademacherChunk), Domain.Rademacher, step, query, tensor, words);
            for (var word = 0; word < 4 && start + (32 * word) < destination.Length; word++)
            {
                var values = destination[(start + (32 * word))..];
                if (useVectors && values.Length >= 32)
                {
                    SignsByVectors(words[word], MemoryMarshal.Cast<float, uint>(values));
                }
                else
                {
                    for (var k = 0; k < Math.Min(32, values.Length); k++)
                    {
                        values[k] = ((words[word] >> k) & 1) == 0 ? 1f : -1f;
                    }
                }
            }
        }
    }

    private static void SignsByVectors(uint word, Span<uint> floatBits)
    {
        ReadOnlySpan<uint> bitToSign =
        [
            1u << 31,
            1u << 30,
            1u << 29,
            1u << 28,
            1u << 27,
            1u << 26,
            1u << 25,
            1u << 24,
            1u << 23,
            1u << 22,
            1u << 21,
            1u << 20,
            1u << 19,
            1u << 18,
            1u << 17,
            1u << 16,
            1u << 15,
            1u << 14,
            1u << 13,
            1u << 12,
            1u << 11,
            1u << 10,
            1u << 9,
            1u << 8,
            1u << 7,
            1u << 6,
            1u << 5,
            1u << 4,
            1u << 3,
            1u << 2,
            1u << 1,
            1u << 0,
        ];
        var one = new Vector<uint>(BitConverter.SingleToUInt32Bits(1f));
        var signBit = new Vector<uint>(1u << 31);
        for (var k = 0; k < 32; k += Vector<uint>.Count)
        {
            // Multiplying by 2^(31 - k) moves bit k to the sign position.
            var signs = (new Vector<uint>(bitToSign[k..]) * word) & signBit;
            (signs | one).CopyTo(floatBits[k..]);
        }
    }

    private void Words(uint block, Domain domain, uint step, uint query, int tensor, Span<uint> words)
    {
        words[0] = block;
        words[1] = DomainAndTensor(domain, tensor);
        words[2] = query;
        words[3] = step;
        Philox4x32.Block(ref words[0], ref words[1], ref words[2], ref words[3], _seed);
    }

    private static uint DomainAndTensor(Domain domain, int tensor) => ((uint)domain << 24) | (uint)tensor;
}
