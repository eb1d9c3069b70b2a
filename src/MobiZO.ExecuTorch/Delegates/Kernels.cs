namespace MobiZO.ExecuTorch.Delegates;

/// <summary>Names of the kernels that delegates know.</summary>
internal static class Kernels
{
    public const string Add = "aten::add";
    public const string Subtract = "aten::sub";
    public const string Multiply = "aten::mul";
    public const string Divide = "aten::div";
    public const string MatMul = "aten::mm";
    public const string BatchMatMul = "aten::bmm";
    public const string Softmax = "aten::_softmax";
    public const string Mean = "aten::mean";
    public const string Sigmoid = "aten::sigmoid";
    public const string Tanh = "aten::tanh";
    public const string Relu = "aten::relu";
    public const string Gelu = "aten::gelu";
    public const string InverseRoot = "aten::rsqrt";
    public const string View = "aten::view_copy";
    public const string Permute = "aten::permute_copy";
    public const string Slice = "aten::slice_copy";
    public const string Concatenate = "aten::cat";

    /// <summary>x W^T + b with named W and b: no kernel of the runtime has it, a delegate always takes it.</summary>
    public const string Linear = "mobizo::linear";
}
