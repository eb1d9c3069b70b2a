using MobiZO.OnnxRuntime.Lowering.Format;
using static MobiZO.OnnxRuntime.Lowering.Format.AttributeProto.Types.AttributeType;

namespace MobiZO.OnnxRuntime.Tests.Lowering;

/// <summary>
/// What the specification of an operator allows. Sources: ONNX operator schemas as of opset 21; ONNX Runtime ContribOperators.md,
/// com.microsoft version 1.
/// </summary>
/// <param name="Inputs">Fewest and most inputs.</param>
/// <param name="Outputs">Fewest and most outputs.</param>
/// <param name="Attributes">Allowed attributes and their types.</param>
internal sealed record OperatorRule(
    (int Least, int Most) Inputs,
    (int Least, int Most) Outputs,
    params (string Name, AttributeProto.Types.AttributeType Type)[] Attributes
)
{
    private const int Many = int.MaxValue;

    /// <summary>The operators that programs may be lowered to, by domain and name.</summary>
    public static IReadOnlyDictionary<(string Domain, string Type), OperatorRule> Allowed { get; } =
        new Dictionary<(string, string), OperatorRule>
        {
            [("", "Add")] = Fixed(2),
            [("", "And")] = Fixed(2),
            [("", "Cast")] = Fixed(1, ("to", Int), ("saturate", Int)),
            [("", "Concat")] = new((1, Many), (1, 1), ("axis", Int)),
            [("", "CumSum")] = Fixed(2, ("exclusive", Int), ("reverse", Int)),
            [("", "Cos")] = Fixed(1),
            [("", "Div")] = Fixed(2),
            [("", "Equal")] = Fixed(2),
            [("", "Erf")] = Fixed(1),
            [("", "Exp")] = Fixed(1),
            [("", "Expand")] = Fixed(2),
            [("", "Gather")] = Fixed(2, ("axis", Int)),
            [("", "GatherElements")] = Fixed(2, ("axis", Int)),
            [("", "Gelu")] = Fixed(1, ("approximate", AttributeProto.Types.AttributeType.String)),
            [("", "Gemm")] = new((2, 3), (1, 1), ("alpha", Float), ("beta", Float), ("transA", Int), ("transB", Int)),
            [("", "Identity")] = Fixed(1),
            [("", "LayerNormalization")] = new((2, 3), (1, 3), ("axis", Int), ("epsilon", Float), ("stash_type", Int)),
            [("", "Less")] = Fixed(2),
            [("", "LogSoftmax")] = Fixed(1, ("axis", Int)),
            [("", "MatMul")] = Fixed(2),
            [("", "Min")] = new((1, Many), (1, 1)),
            [("", "Mul")] = Fixed(2),
            [("", "Neg")] = Fixed(1),
            [("", "Pow")] = Fixed(2),
            [("", "Range")] = Fixed(3),
            [("", "ReduceMax")] = new((1, 2), (1, 1), ("keepdims", Int), ("noop_with_empty_axes", Int)),
            [("", "ReduceMean")] = new((1, 2), (1, 1), ("keepdims", Int), ("noop_with_empty_axes", Int)),
            [("", "ReduceSum")] = new((1, 2), (1, 1), ("keepdims", Int), ("noop_with_empty_axes", Int)),
            [("", "Relu")] = Fixed(1),
            [("", "Reshape")] = Fixed(2, ("allowzero", Int)),
            [("", "ScatterElements")] = Fixed(3, ("axis", Int), ("reduction", AttributeProto.Types.AttributeType.String)),
            [("", "ScatterND")] = Fixed(3, ("reduction", AttributeProto.Types.AttributeType.String)),
            [("", "Shape")] = Fixed(1, ("start", Int), ("end", Int)),
            [("", "Sigmoid")] = Fixed(1),
            [("", "Sin")] = Fixed(1),
            [("", "Slice")] = new((3, 5), (1, 1)),
            [("", "Softmax")] = Fixed(1, ("axis", Int)),
            [("", "Split")] = new((1, 2), (1, Many), ("axis", Int), ("num_outputs", Int)),
            [("", "Sqrt")] = Fixed(1),
            [("", "Squeeze")] = new((1, 2), (1, 1)),
            [("", "Sub")] = Fixed(2),
            [("", "Tanh")] = Fixed(1),
            [("", "Tile")] = Fixed(2),
            [("", "Transpose")] = Fixed(1, ("perm", Ints)),
            [("", "Trilu")] = new((1, 2), (1, 1), ("upper", Int)),
            [("", "Unsqueeze")] = Fixed(2),
            [("", "Where")] = Fixed(3),
            [("com.microsoft", "FusedMatMul")] = Fixed(
                2,
                ("alpha", Float),
                ("transA", Int),
                ("transB", Int),
                ("transBatchA", Int),
                ("transBatchB", Int)
            ),
            [("com.microsoft", "GatherBlockQuantized")] = new(
                (3, 4),
                (1, 1),
                ("bits", Int),
                ("block_size", Int),
                ("gather_axis", Int),
                ("quantize_axis", Int)
            ),
            [("com.microsoft", "MatMulNBits")] = new(
                (3, 6),
                (1, 1),
                ("K", Int),
                ("N", Int),
                ("accuracy_level", Int),
                ("bits", Int),
                ("block_size", Int),
                ("weight_prepacked", Int)
            ),
            [("com.microsoft", "RotaryEmbedding")] = Fixed(
                4,
                ("interleaved", Int),
                ("is_packed_batching", Int),
                ("num_heads", Int),
                ("rotary_embedding_dim", Int),
                ("scale", Float)
            ),
            [("com.microsoft", "SkipSimplifiedLayerNormalization")] = new((3, 4), (1, 4), ("epsilon", Float)),
        };

    private static OperatorRule Fixed(int inputs, params (string Name, AttributeProto.Types.AttributeType Type)[] attributes) =>
        new((inputs, inputs), (1, 1), attributes);
}
