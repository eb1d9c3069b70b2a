namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Element types of ONNX tensors; the numbers are those of <c>TensorProto.DataType</c>.</summary>
internal enum TensorType
{
    Float = 1,
    Byte = 2,
    Int64 = 7,
}
