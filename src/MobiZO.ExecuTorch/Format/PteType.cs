namespace MobiZO.ExecuTorch.Format;

/// <summary>Element types of tensors, with the numbers of the file.</summary>
internal enum PteType : byte
{
    /// <summary>64-bit signed integers.</summary>
    Int64 = 4,

    /// <summary>IEEE single precision.</summary>
    Float32 = 6,

    /// <summary>True or false, a byte each.</summary>
    Bool = 11,
}
