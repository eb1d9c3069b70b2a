using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;

namespace MobiZO.ExecuTorch.Tests.Lowering;

/// <summary>A method of kernels drawn at random over shapes drawn at random.</summary>
internal static class RandomGraph
{
    private const int MostValues = 600;

    /// <summary>Draws a method; the same seed gives the same one.</summary>
    public static PteMethod Draw(int seed, PteFile file)
    {
        var random = new Random(seed);
        var method = new PteMethod("forward");
        var graph = new PteGraph(file, method);
        var values = new List<PteTensor>
        {
            graph.Input(PteType.Float32, 2, 3, 4),
            graph.Input(PteType.Float32, 4, 6),
            graph.Input(PteType.Float32, 3, 4, 5),
        };
        for (var i = random.Next(6, 30); i > 0; i--)
        {
            var next = Next(graph, random, values);
            if (next.Count is > 0 and <= MostValues)
            {
                values.Add(next);
            }
        }

        // What nothing reads would not be computed.
        foreach (var last in values.Skip(3).TakeLast(3))
        {
            graph.Output(graph.Scale(last, 0.5));
        }

        graph.Output(graph.Add(values[0], graph.Number(1)));
        return method;
    }

    private static PteTensor Next(PteGraph graph, Random random, List<PteTensor> values)
    {
        PteTensor Any() => values[random.Next(values.Count)];
        var a = Any();
        var rank = a.Shape.Count;
        switch (random.Next(16))
        {
            case 0:
                return graph.Add(a, graph.Number(random.NextDouble()));
            case 1:
                return graph.Multiply(a, Any() is var b && b.Shape.SequenceEqual(a.Shape) ? b : a);
            case 2:
                return graph.Subtract(a, graph.Mean(a));
            case 3:
                return graph.Divide(a, graph.Add(graph.Multiply(a, a), graph.Number(1)));
            case 4:
                return graph.Unary("aten::sigmoid", a);
            case 5:
                return graph.Unary("aten::tanh", a);
            case 6:
                return graph.Unary("aten::rsqrt", graph.Add(graph.Multiply(a, a), graph.Number(0.5)));
            case 7:
                return graph.Softmax(a);
            case 8:
                return graph.LogSoftmax(a);
            case 9:
                int[] axes = [.. Enumerable.Range(0, rank)];
                random.Shuffle(axes);
                return graph.Permute(a, axes);
            case 10:
                return random.Next(2) == 0 ? graph.View(a, (int)a.Count) : graph.View(a, [1, .. a.Shape]);
            case 11:
                var axis = random.Next(rank);
                var start = random.Next(a.Shape[axis]);
                return graph.Slice(a, axis, start, random.Next(start + 1, a.Shape[axis] + 1));
            case 12:
                return graph.Concatenate(random.Next(rank), [.. Enumerable.Repeat(a, random.Next(2, 7))]);
            case 13:
                return graph.Gelu(a);
            case 14:
                return graph.Unary("aten::relu", graph.Sum(a));
            default:
                var (rows, inner) = ((int)(a.Count / a.Shape[^1]), a.Shape[^1]);
                var matrix = graph.View(a, rows, inner);
                var product = graph.MatMul(matrix, graph.Permute(matrix, 1, 0));
                return rows * rows > MostValues ? a
                    : rank == 3 ? graph.BatchMatMul(graph.Softmax(a), graph.Permute(a, 0, 2, 1))
                    : graph.Unary("aten::tanh", product);
        }
    }
}
