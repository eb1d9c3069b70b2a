using System.Runtime.InteropServices;
using MobiZO.Programs.Engines;

namespace MobiZO.Training;

/// <summary>Numbers of the optimiser as an input of a program, without a copy where they are a whole array.</summary>
internal static class SharedTensor
{
    /// <summary>The tensor; it must not outlive the numbers.</summary>
    public static HostTensor Of(ReadOnlyMemory<float> memory, params IReadOnlyList<int> shape) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? HostTensor.Of(segment.Array, shape)
            : HostTensor.Of(memory.ToArray(), shape);
}
