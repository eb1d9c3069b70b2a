namespace MobiZO.Checkpoints.Safetensors;

/// <summary>
/// Element types of the safetensors format, named as in its header (except for the underscores, which C# names do without).
/// </summary>
public enum SafetensorsType
{
    /// <summary>One byte, 0 or 1 (<c>BOOL</c>).</summary>
    Bool,

    /// <summary>Unsigned 8 bit.</summary>
    U8,

    /// <summary>Signed 8 bit.</summary>
    I8,

    /// <summary>8-bit float, 5 exponent bits (<c>F8_E5M2</c>).</summary>
    F8E5M2,

    /// <summary>8-bit float, 4 exponent bits (<c>F8_E4M3</c>).</summary>
    F8E4M3,

    /// <summary>8-bit power of two (<c>F8_E8M0</c>).</summary>
    F8E8M0,

    /// <summary>Signed 16 bit.</summary>
    I16,

    /// <summary>Unsigned 16 bit.</summary>
    U16,

    /// <summary>IEEE half precision.</summary>
    F16,

    /// <summary>The upper half of an fp32.</summary>
    BF16,

    /// <summary>Signed 32 bit.</summary>
    I32,

    /// <summary>Unsigned 32 bit.</summary>
    U32,

    /// <summary>IEEE single precision.</summary>
    F32,

    /// <summary>Two fp32, real and imaginary part.</summary>
    C64,

    /// <summary>IEEE double precision.</summary>
    F64,

    /// <summary>Signed 64 bit.</summary>
    I64,

    /// <summary>Unsigned 64 bit.</summary>
    U64,
}
