using MobiZO.Programs.Assembling;
using MobiZO.TestKit.Tiny;
using MobiZO.TrainBench.Profiling;

namespace MobiZO.TrainBench.Tests.Profiling;

public sealed class NodeKindsTests
{
    [Theory]
    [InlineData("model.layers.1.mlp.gate_proj/Gemm_12", "linear gate_proj")]
    [InlineData("model.layers.1.self_attn.q_proj.adapted/FusedMatMul_3", "MP-LoRA")]
    [InlineData("model.layers.0.attended/MatMul_7", "attention")]
    [InlineData("model.layers.0.input_layernorm/Mul_5/SimplifiedLayerNormFusion/", "norm")]
    [InlineData("stack/Gather_0", "stack of copies")]
    [InlineData("reorder_3", NodeKinds.Other)]
    [InlineData("unknown/Gemm_1", NodeKinds.Other)]
    public void A_node_belongs_to_the_value_it_is_named_after(string node, string kind)
    {
        var model = new TinyLlama();
        var program = model.Assembler.Step(new StepOptions { Adapter = model.Adapter(2, "q_proj"), Loss = StepLossKind.Choices });
        Assert.Equal(kind, new NodeKinds(program).Of(node));
    }
}
