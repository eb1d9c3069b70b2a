using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.TrainBench.Steps;

/// <summary>
/// Work of one engine run, counted from the program's own operations. Norms, activations, rotations and softmax count nothing.
/// </summary>
/// <remarks>
/// Letters: M = N * S tokens of all rows, N rows, S tokens a row, T cached tokens, h heads, d head width, r rank, R answer positions, K
/// candidates.
/// <code>
/// linear, head      2 M in out                       (the head runs on R rows: 2 R H V)
/// MP-LoRA           2 M r (in + out)
/// attention         2 * 2 N h d S S                  scores and mix, masked half included: it is computed
/// cached attention  2 * 2 N h d S (T + S)
/// candidate head    2 R K H
/// </code>
/// Weight bytes: every matrix of a linear layer once a run, of gathered tables (embedding, candidate head) the gathered rows.
/// </remarks>
/// <param name="LinearFlops">Frozen linear layers without the head.</param>
/// <param name="AdapterFlops">MP-LoRA.</param>
/// <param name="AttentionFlops">Products of attention.</param>
/// <param name="HeadFlops">Logits.</param>
/// <param name="WeightBytes">Bytes of frozen weights read.</param>
internal sealed record ProgramCost(double LinearFlops, double AdapterFlops, double AttentionFlops, double HeadFlops, double WeightBytes)
{
    // Norms, biases and gathered tables stay single precision in every format.
    private const int BytesPerNumber = sizeof(float);

    public double Flops => LinearFlops + AdapterFlops + AttentionFlops + HeadFlops;

    public static ProgramCost operator +(ProgramCost left, ProgramCost right) =>
        new(
            left.LinearFlops + right.LinearFlops,
            left.AdapterFlops + right.AdapterFlops,
            left.AttentionFlops + right.AttentionFlops,
            left.HeadFlops + right.HeadFlops,
            left.WeightBytes + right.WeightBytes
        );

    public static ProgramCost Zero { get; } = new(0, 0, 0, 0, 0);

    /// <summary>The cost of a run whose inputs have these extents.</summary>
    /// <param name="program">The program.</param>
    /// <param name="symbols">The extents.</param>
    /// <param name="bytesPerWeight">Bytes that a run reads for one weight of a linear layer.</param>
    public static ProgramCost Of(Program program, IReadOnlyDictionary<string, long> symbols, double bytesPerWeight = BytesPerNumber)
    {
        var cost = Zero;
        foreach (var node in program.Nodes)
        {
            double Extent(int input, int axis) => node.Inputs[input].Shape[axis].Bind(symbols);
            cost += node.Operation switch
            {
                Linear linear => OfLinear(linear, node.Outputs[0], Extent(0, 0), bytesPerWeight),
                MultiPerturbedLora => Zero with { AdapterFlops = 2 * Extent(0, 0) * Extent(2, 0) * (Extent(1, 1) + Extent(0, 1)) },
                CausalAttention op => Zero with
                {
                    AttentionFlops = 4d * op.Heads * op.HeadDimension * Extent(3, 0) * Extent(3, 1) * Extent(3, 1),
                },
                CachedAttention op => Zero with
                {
                    AttentionFlops = 4d * op.Heads * op.HeadDimension * Extent(3, 0) * Extent(3, 1) * (Extent(4, 2) + Extent(3, 1)),
                },
                CandidateLogits head => OfGathered(Extent(1, 0) * Extent(1, 1), head.Head.Shape[1], 2),
                PositionEmbedding table => OfGathered(Extent(0, 0) * Extent(0, 1), table.Table.Shape[1], 0),
                Embedding table => OfGathered(Extent(0, 0) * Extent(0, 1), table.Table.Shape[1], 0),
                var other => Zero with { WeightBytes = BytesOf(other) },
            };
        }

        return cost;
    }

    private static ProgramCost OfLinear(Linear linear, Value output, double rows, double bytesPerWeight)
    {
        var flops = 2 * rows * linear.Matrix.Count;
        var isHead = output.Name.Split('.')[0] == MobiZO.Programs.Assembling.ProgramNames.Logits;
        var bytes = (linear.Matrix.Count * bytesPerWeight) + ((linear.Bias?.Count ?? 0) * BytesPerNumber);
        return Zero with { LinearFlops = isHead ? 0 : flops, HeadFlops = isHead ? flops : 0, WeightBytes = bytes };
    }

    private static ProgramCost OfGathered(double rows, int width, int flopsPerValue) =>
        Zero with
        {
            HeadFlops = flopsPerValue * rows * width,
            WeightBytes = rows * width * BytesPerNumber,
        };

    private static double BytesOf(Operation operation) => operation.Weights.Sum(weight => (double)weight.Count) * BytesPerNumber;
}
