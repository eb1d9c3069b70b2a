namespace MobiZO.Programs.Building;

/// <summary>Element types that programs compute with.</summary>
public enum ElementType
{
    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>64-bit signed integer (token ids, positions, row indices).</summary>
    Int64,
}
