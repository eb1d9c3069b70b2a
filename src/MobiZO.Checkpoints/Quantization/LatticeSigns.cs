using System.Numerics;

namespace MobiZO.Checkpoints.Quantization;

/// <summary>Signs of eight coordinates in seven bits.</summary>
internal static class LatticeSigns
{
    /// <summary>Eight signs, of which an even number is set: seven bits are stored and the last one follows.</summary>
    public static int OfSevenBits(uint stored)
    {
        uint seven = stored & 127;
        return (int)(seven | ((uint)(BitOperations.PopCount(seven) & 1) << 7));
    }
}
