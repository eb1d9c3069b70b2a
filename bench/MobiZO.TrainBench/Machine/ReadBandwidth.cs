using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace MobiZO.TrainBench.Machine;

/// <summary>Bytes a second that all cores together read from memory: the sum over a buffer far larger than the caches.</summary>
internal static unsafe class ReadBandwidth
{
    private const int Alignment = 4096;

    /// <summary>Reads the buffer once more for every round; the first round is dropped.</summary>
    /// <param name="megabytes">Size of the buffer.</param>
    /// <param name="rounds">Rounds, the first included.</param>
    /// <returns>Bytes a second of every counted round.</returns>
    public static IReadOnlyList<double> Measure(int megabytes, int rounds)
    {
        var bytes = (nuint)megabytes << 20;
        var memory = (byte*)NativeMemory.AlignedAlloc(bytes, Alignment);
        try
        {
            var slices = Environment.ProcessorCount;
            var length = bytes / (nuint)slices / Alignment * Alignment;

            // Pages exist once they are written; each thread writes those it will read.
            Parallel.For(0, slices, slice => NativeMemory.Fill(memory + ((nuint)slice * length), length, 1));
            var rates = new List<double>();
            var sums = new float[slices];
            for (var round = 0; round < rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                Parallel.For(
                    0,
                    slices,
                    slice => sums[slice] += Sum((float*)(memory + ((nuint)slice * length)), (long)(length / sizeof(float)))
                );
                rates.Add((double)length * slices / Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            GC.KeepAlive(sums);
            return rates[1..];
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    // Eight sums at once: one would wait for its own addition and not for the memory.
    private static float Sum(float* values, long count)
    {
        const int Lanes = 8;
        var (a, b, c, d) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
        var (e, f, g, h) = (a, a, a, a);
        var width = Vector<float>.Count;
        for (long index = 0; index + (Lanes * width) <= count; index += Lanes * width)
        {
            var block = values + index;
            a += Vector.Load(block);
            b += Vector.Load(block + width);
            c += Vector.Load(block + (2 * width));
            d += Vector.Load(block + (3 * width));
            e += Vector.Load(block + (4 * width));
            f += Vector.Load(block + (5 * width));
            g += Vector.Load(block + (6 * width));
            h += Vector.Load(block + (7 * width));
        }

        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}
