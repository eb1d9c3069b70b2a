using MobiZO.ExecuTorch.Delegates;
using MobiZO.ExecuTorch.Format;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>
/// The way back that the broadcast direction of a step takes: from a loss through head and norms, for the rows of one copy.
/// </summary>
/// <param name="graph">The method.</param>
/// <param name="weights">The checkpoint.</param>
internal sealed class GradientKernels(PteGraph graph, IFrozenTensors weights)
{
    // XNNPACK lays the right side of a product out anew in every run, so a large one comes in pieces.
    private const int MostWeightsOfAPiece = 1 << 22;

    /// <summary>Adds the kernels of an operation.</summary>
    /// <exception cref="ProgramException">There are none.</exception>
    public IReadOnlyList<PteTensor> Lower(Operation operation, IReadOnlyList<PteTensor> x) =>
        operation switch
        {
            One => [graph.Number(1)],
            Zeros zeros => [graph.Expand(graph.View(graph.Number(0), 1, 1), zeros.Rows, zeros.Columns)],
            ShapedLike => [graph.View(x[0], x[1].Shape)],
            FirstCopy first => [first.Axes.Aggregate(x[0], (part, axis) => graph.Slice(part, axis, 0, part.Shape[axis] / x[1].Shape[0]))],
            JoinMatrices => [Join(x)],
            WeightedRowsGradient weighted => [Weighted(weighted, x)],
            CandidateLogProbabilitiesGradient when x[2].Shape[1] == 1 => [OfLogits(x)],
            CandidateLogitsGradient candidates => [Candidates(candidates, x)],
            ChoiceLossGradient => [Choices(x)],
            LinearTransposed linear => [Transposed(weights.Constant(graph, linear.Matrix), x[0])],
            SoftCapGradient cap => [ThroughCap(cap.Cap, x)],
            RmsNormGradient norm => [ThroughNorm(norm.Scale, norm.Epsilon, isCentred: false, x)],
            LayerNormGradient norm => [ThroughNorm(norm.Scale, norm.Epsilon, isCentred: true, x)],
            _ => throw new ProgramException($"ExecuTorch has no form of the operation {operation.GetType().Name} yet."),
        };

    private PteTensor Join(IReadOnlyList<PteTensor> x)
    {
        PteTensor Flat(PteTensor matrix) =>
            matrix.Shape.Count == 2
                ? graph.View(matrix, matrix.Shape[0] * matrix.Shape[1])
                : graph.View(matrix, matrix.Shape[0], matrix.Shape[1] * matrix.Shape[2]);
        return graph.Concatenate(x[0].Shape.Count - 2, [.. x.Select(Flat)]);
    }

    private PteTensor Weighted(WeightedRowsGradient operation, IReadOnlyList<PteTensor> x) =>
        graph.Scale(graph.MatMul(graph.Permute(x[1], 1, 0), graph.View(x[0], x[0].Shape[0], 1)), operation.Factor);

    // dy at the one candidate of a row, less its share of every logit.
    private PteTensor OfLogits(IReadOnlyList<PteTensor> x)
    {
        var (dy, logits, ids) = (x[0], x[1], x[2]);
        return PlusAt(graph.Multiply(graph.Softmax(logits), graph.Scale(dy, -1)), ids, dy);
    }

    private PteTensor Candidates(CandidateLogitsGradient operation, IReadOnlyList<PteTensor> x)
    {
        var (rows, candidates, width) = (x[0].Shape[0], x[0].Shape[1], operation.Head.Shape[1]);
        var asked = graph.Rows(weights.Constant(graph, operation.Head), x[1]);
        return graph.View(graph.BatchMatMul(graph.View(x[0], rows, 1, candidates), asked), rows, width);
    }

    private PteTensor Choices(IReadOnlyList<PteTensor> x)
    {
        var (copies, decisions, choices) = (x[0].Shape[0], x[1].Shape[0], x[1].Shape[1]);
        var moved = PlusAt(graph.Softmax(x[1]), graph.View(x[2], decisions, 1), graph.Number(-1));
        var share = graph.Scale(graph.View(x[0], copies, 1), (double)copies / decisions);
        return graph.View(graph.Multiply(graph.View(moved, copies, decisions / copies * choices), share), decisions, choices);
    }

    // Rows of W some at a time, each times its columns of dy.
    private PteTensor Transposed(PteTensor matrix, PteTensor dy)
    {
        var (rows, width) = (matrix.Shape[0], matrix.Shape[1]);
        var ofAPiece = Math.Clamp(MostWeightsOfAPiece / width, 1, rows);
        PteTensor? sum = null;
        for (var first = 0; first < rows; first += ofAPiece)
        {
            var end = Math.Min(first + ofAPiece, rows);
            var product = graph.MatMul(graph.Slice(dy, 1, first, end), graph.Slice(matrix, 0, first, end));
            sum = sum is null ? product : graph.Add(sum, product);
        }

        return sum!;
    }

    private PteTensor ThroughCap(double cap, IReadOnlyList<PteTensor> x)
    {
        var tangent = graph.Scale(x[1], 1 / cap);
        return graph.Multiply(x[0], graph.Subtract(graph.Number(1), graph.Multiply(tangent, tangent)));
    }

    private PteTensor ThroughNorm(Weight scale, double epsilon, bool isCentred, IReadOnlyList<PteTensor> x)
    {
        var width = scale.Shape[0];
        PteTensor Runs(PteTensor rows) => graph.View(rows, rows.Shape[0] * rows.Shape[1] / width, width);
        var (dy, states) = (Runs(x[0]), Runs(x[1]));
        states = isCentred ? graph.Subtract(states, graph.Mean(states)) : states;
        var squares = graph.Add(graph.Mean(graph.Multiply(states, states)), graph.Number(epsilon));
        var factor = graph.Unary(Kernels.InverseRoot, squares);
        var normed = graph.Multiply(states, factor);
        var scaled = graph.Multiply(dy, weights.Constant(graph, scale));
        var share = graph.Multiply(normed, graph.Mean(graph.Multiply(normed, scaled)));
        var rest = graph.Subtract(isCentred ? graph.Subtract(scaled, graph.Mean(scaled)) : scaled, share);
        return graph.View(graph.Multiply(rest, factor), x[1].Shape);
    }

    // Adds numbers at one column of every row.
    private PteTensor PlusAt(PteTensor rows, PteTensor columns, PteTensor added) =>
        graph.Scatter(rows, columns, graph.Add(graph.Gather(rows, columns), added));
}
