using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;
using MobiZO.ExecuTorch.Planning;
using MobiZO.TestKit.Tiny;

namespace MobiZO.ExecuTorch.Tests.Planning;

public sealed class MemoryPlannerTests
{
    /// <summary>Random graphs: every instruction reads what was made before, anywhere back.</summary>
    [Fact]
    public void NoTwoTensorsThatLiveAtOneTimeShareBytes()
    {
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var method = RandomMethod(new Random((int)seed));

            MemoryPlanner.Plan(method);

            Assert.Null(MemoryPlanner.FindConflict(method));
            Assert.All(
                method.Tensors.Where(tensor => tensor.Kind == PteTensorKind.Temporary && tensor.Offset >= 0),
                tensor => Assert.InRange(tensor.Offset + tensor.Bytes, 1, method.ArenaBytes)
            );
            Assert.All(
                method.Tensors.Where(tensor => tensor.Offset >= 0),
                tensor => Assert.Equal(0, tensor.Offset % MemoryPlanner.Alignment)
            );
        }
    }

    [Fact]
    public void MemoryIsUsedAgain()
    {
        var graph = new PteGraph(new PteFile(), new PteMethod("forward"));
        var x = graph.Input(PteType.Float32, 1000);
        for (var i = 0; i < 50; i++)
        {
            x = graph.Unary("aten::tanh", x);
        }

        graph.Output(x);
        MemoryPlanner.Plan(graph.Method);

        Assert.InRange(graph.Method.ArenaBytes, 8000, 8200);
    }

    [Fact]
    public void AConflictIsFound()
    {
        var method = RandomMethod(new Random(1));
        MemoryPlanner.Plan(method);
        PteTensor[] outputs = [.. method.Outputs.Take(2)];

        outputs[1].Offset = outputs[0].Offset;

        Assert.NotNull(MemoryPlanner.FindConflict(method));
    }

    private static PteMethod RandomMethod(Random random)
    {
        var graph = new PteGraph(new PteFile(), new PteMethod("forward"));
        var made = new List<PteTensor> { graph.Input(PteType.Float32, 8) };
        for (var i = 0; i < 60; i++)
        {
            var (one, other) = (made[random.Next(made.Count)], made[random.Next(made.Count)]);
            made.Add(
                random.Next(3) switch
                {
                    0 => graph.Unary("aten::tanh", one),
                    1 => graph.Concatenate(0, one, other),
                    _ => graph.Slice(one, 0, 0, random.Next(1, one.Shape[0] + 1)),
                }
            );
            if (made[^1].Shape[0] > 5000)
            {
                made[^1] = graph.Slice(made[^1], 0, 0, 8);
            }
        }

        foreach (var output in made.Where(tensor => tensor.Kind == PteTensorKind.Temporary).TakeLast(3).Distinct())
        {
            graph.Output(output);
        }

        return graph.Method;
    }
}
