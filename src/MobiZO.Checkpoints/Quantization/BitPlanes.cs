namespace MobiZO.Checkpoints.Quantization;

/// <summary>Small numbers packed side by side in bytes.</summary>
internal static class BitPlanes
{
    /// <summary>
    /// Of every run of bytes, the lowest bits are the numbers of one run of codes, the next bits those of the next run, and so on.
    /// </summary>
    /// <param name="packed">The bytes, whole runs.</param>
    /// <param name="bits">Bits of a number: 1, 2 or 4.</param>
    /// <param name="run">Bytes of a run.</param>
    /// <param name="codes">packed.Length * 8 / bits codes.</param>
    /// <param name="place">Where the numbers go in a code: 0 sets the codes, more adds bits above those that are there.</param>
    public static void Unpack(ReadOnlySpan<byte> packed, int bits, int run, Span<sbyte> codes, int place = 0)
    {
        int mask = (1 << bits) - 1;
        int kept = (1 << place) - 1;
        int to = 0;
        for (int start = 0; start < packed.Length; start += run)
        {
            ReadOnlySpan<byte> bytes = packed.Slice(start, run);
            for (int shift = 0; shift < 8; shift += bits)
            {
                Span<sbyte> plane = codes.Slice(to, run);
                for (int i = 0; i < plane.Length; i++)
                {
                    plane[i] = (sbyte)((plane[i] & kept) | (((bytes[i] >> shift) & mask) << place));
                }

                to += run;
            }
        }
    }
}
