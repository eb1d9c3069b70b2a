namespace MobiZO.ExecuTorch.Format;

/// <summary>A value of a method, known by its place in the method's list.</summary>
internal abstract record PteValue
{
    /// <summary>None.</summary>
    internal sealed record Null : PteValue;

    /// <summary>A whole number.</summary>
    internal sealed record Int(long Number) : PteValue;

    /// <summary>True or false.</summary>
    internal sealed record Bool(bool Flag) : PteValue;

    /// <summary>A word.</summary>
    internal sealed record Text(string Word) : PteValue;

    /// <summary>Whole numbers, each a value of the method.</summary>
    internal sealed record IntList(IReadOnlyList<int> Places) : PteValue;

    /// <summary>Tensors, each a value of the method.</summary>
    internal sealed record TensorList(IReadOnlyList<int> Places) : PteValue;

    /// <summary>A dense row-major tensor.</summary>
    internal sealed record Tensor(PteTensor Of) : PteValue;
}
