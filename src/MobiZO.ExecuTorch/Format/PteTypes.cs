namespace MobiZO.ExecuTorch.Format;

/// <summary>Facts about element types.</summary>
internal static class PteTypes
{
    /// <summary>Bytes of an element.</summary>
    public static int SizeOf(this PteType type) =>
        type switch
        {
            PteType.Int64 => 8,
            PteType.Float32 => 4,
            _ => 1,
        };
}
