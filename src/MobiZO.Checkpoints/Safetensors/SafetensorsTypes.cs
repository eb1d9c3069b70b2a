namespace MobiZO.Checkpoints.Safetensors;

/// <summary>Names and sizes of <see cref="SafetensorsType"/>.</summary>
internal static class SafetensorsTypes
{
    private static readonly Dictionary<string, SafetensorsType> s_byName = Enum.GetValues<SafetensorsType>()
        .ToDictionary(NameOf, StringComparer.Ordinal);

    public static string AllNames { get; } = string.Join(", ", s_byName.Keys);

    public static bool TryParse(string name, out SafetensorsType type) => s_byName.TryGetValue(name, out type);

    public static string NameOf(SafetensorsType type) =>
        type switch
        {
            SafetensorsType.Bool => "BOOL",
            SafetensorsType.F8E5M2 => "F8_E5M2",
            SafetensorsType.F8E4M3 => "F8_E4M3",
            SafetensorsType.F8E8M0 => "F8_E8M0",
            _ => type.ToString(),
        };

    public static int SizeOf(SafetensorsType type) =>
        type switch
        {
            SafetensorsType.I16 or SafetensorsType.U16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
            SafetensorsType.I32 or SafetensorsType.U32 or SafetensorsType.F32 => 4,
            SafetensorsType.C64 or SafetensorsType.F64 or SafetensorsType.I64 or SafetensorsType.U64 => 8,
            _ => 1,
        };

    public static bool IsFloat(SafetensorsType type) =>
        type is SafetensorsType.F32 or SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.F64;
}
