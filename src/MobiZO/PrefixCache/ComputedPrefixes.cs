namespace MobiZO.PrefixCache;

/// <summary>One computed batch; its numbers are there until the next one is taken.</summary>
/// <param name="Indices">Which sequences.</param>
/// <param name="Stored">The stored form of each.</param>
/// <param name="Buffer">Where they lie.</param>
/// <param name="IsTogether">Whether one run computed all of them.</param>
/// <param name="Milliseconds">Time it took, others running beside it.</param>
internal sealed record ComputedPrefixes(int[] Indices, ReadOnlyMemory<byte>[] Stored, byte[] Buffer, bool IsTogether, double Milliseconds)
{
    /// <summary>Each sequence with its stored form.</summary>
    public IEnumerable<(int Index, ReadOnlyMemory<byte> Stored)> Entries => Indices.Zip(Stored);
}
