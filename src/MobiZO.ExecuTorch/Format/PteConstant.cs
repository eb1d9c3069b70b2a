namespace MobiZO.ExecuTorch.Format;

/// <summary>Bytes of a file that are written when their turn comes: weights are never all in memory.</summary>
/// <param name="Bytes">How many.</param>
/// <param name="Write">Writes exactly as many.</param>
internal sealed record PteConstant(long Bytes, Action<Stream> Write)
{
    /// <summary>Bytes that are there.</summary>
    public static PteConstant Of(byte[] bytes) => new(bytes.Length, stream => stream.Write(bytes));
}
