using CsCheck;

namespace MobiZO.Fuzz.Tests;

/// <summary>One change of a file. Places and lengths are shares of the file, so that one change fits files of every size.</summary>
/// <param name="Kind">What is done.</param>
/// <param name="Place">Where, from 0 to 1.</param>
/// <param name="Length">How much, from 0 to 1; most changes are short.</param>
/// <param name="Value">A byte, or which token.</param>
public sealed record Mutation(MutationKind Kind, double Place, double Length, int Value)
{
    /// <summary>One to six changes.</summary>
    public static Gen<Mutation[]> Several { get; } =
        Gen.Select(
            Gen.Enum<MutationKind>(),
            Gen.Double[0, 1],
            Gen.Frequency((9, Gen.Double[0, 0.01]), (1, Gen.Double[0, 1])),
            Gen.Int[0, 255],
            (kind, place, length, value) => new Mutation(kind, place, length, value)
        ).Array[1, 6];

    /// <summary>The file with the change.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="tokens">Texts that mean something in files of its kind.</param>
    public byte[] Apply(byte[] bytes, IReadOnlyList<byte[]> tokens)
    {
        var start = (int)(Place * bytes.Length);
        var length = Math.Min(bytes.Length - start, 1 + (int)(Length * bytes.Length));
        var (before, middle, after) = (bytes[..start], bytes[start..(start + length)], bytes[(start + length)..]);
        return Kind switch
        {
            MutationKind.Cut => before,
            MutationKind.Remove => [.. before, .. after],
            MutationKind.Repeat => [.. before, .. middle, .. middle, .. after],
            MutationKind.Overwrite => [.. before, .. Enumerable.Repeat((byte)Value, length), .. after],
            MutationKind.Insert => [.. before, .. tokens[Value % tokens.Count], .. middle, .. after],
            MutationKind.ReplaceNumber => ReplaceNumber(bytes, start, tokens[Value % tokens.Count]),
            _ => Flip(bytes, start, 1 << (Value % 8)),
        };
    }

    /// <summary>The next digits behind the place become a token.</summary>
    private static byte[] ReplaceNumber(byte[] bytes, int start, byte[] token)
    {
        var first = Array.FindIndex(bytes, start, IsDigit);
        if (first < 0)
        {
            return bytes;
        }

        var end = Array.FindIndex(bytes, first, value => !IsDigit(value));
        return [.. bytes.AsSpan(0, first), .. token, .. bytes.AsSpan(end < 0 ? bytes.Length : end)];
    }

    private static byte[] Flip(byte[] bytes, int place, int bit)
    {
        var flipped = (byte[])bytes.Clone();
        if (place < flipped.Length)
        {
            flipped[place] ^= (byte)bit;
        }

        return flipped;
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';
}
