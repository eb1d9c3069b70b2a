using System.Globalization;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>The types of elements that the runtime knows and MobiZO uses; the numbers are the runtime's.</summary>
internal enum ExecuTorchType
{
    UInt8 = 0,
    Int8 = 1,
    Int32 = 3,
    Int64 = 4,
    Float16 = 5,
    Float32 = 6,
    Float64 = 7,
    Bool = 11,
    BFloat16 = 15,
}

/// <summary>What a method says about an input or an output.</summary>
/// <param name="Type">The type of the elements.</param>
/// <param name="Sizes">The size of each dimension, the outermost first.</param>
/// <param name="Bytes">The size of the data.</param>
/// <param name="IsPlanned">The program has memory of its own for it; an input without shares the caller's memory.</param>
internal sealed record ExecuTorchTensor(ExecuTorchType Type, IReadOnlyList<long> Sizes, long Bytes, bool IsPlanned)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type} [{string.Join(", ", Sizes)}], {Bytes} bytes");

    /// <summary>Whether elements of a type of .NET are those of the tensor.</summary>
    public bool Holds<T>()
        where T : unmanaged =>
        Type switch
        {
            ExecuTorchType.UInt8 => typeof(T) == typeof(byte),
            ExecuTorchType.Int8 => typeof(T) == typeof(sbyte),
            ExecuTorchType.Int32 => typeof(T) == typeof(int),
            ExecuTorchType.Int64 => typeof(T) == typeof(long),
            ExecuTorchType.Float16 => typeof(T) == typeof(Half),
            ExecuTorchType.Float32 => typeof(T) == typeof(float),
            ExecuTorchType.Float64 => typeof(T) == typeof(double),
            ExecuTorchType.Bool => typeof(T) == typeof(bool),
            ExecuTorchType.BFloat16 => typeof(T) == typeof(ushort),
            _ => false,
        };

    internal static ExecuTorchTensor Of(NativeMethods.TensorInfo info)
    {
        ReadOnlySpan<long> sizes = info.Sizes;
        return new ExecuTorchTensor(
            (ExecuTorchType)info.ScalarType,
            Array.AsReadOnly(sizes[..info.Rank].ToArray()),
            info.Bytes,
            info.MemoryPlanned != 0
        );
    }
}
