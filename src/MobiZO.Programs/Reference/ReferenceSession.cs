using System.Numerics;
using MobiZO.Checkpoints;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Reference;

/// <summary>Runs a program node by node; each operation's arithmetic is one method in a file of its kind.</summary>
internal sealed class ReferenceSession<T> : IProgramSession
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Dictionary<string, Tensor<T>> _weights = new(StringComparer.Ordinal);

    private readonly Extents _extents;

    public ReferenceSession(Program program, IWeightSource weights, Extents extents)
    {
        (Program, _extents) = (program, extents);
        foreach (var weight in program.Weights)
        {
            WeightCheck.Require(weights, weight);
            var values = new float[weight.Count];
            weights.Read(weight.Name, 0, values);
            _weights.Add(weight.Name, new Tensor<T>([.. weight.Shape], Array.ConvertAll(values, T.CreateChecked)));
        }
    }

    public Program Program { get; }

    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        _extents.Require(Program.Name, Program.BindSymbols(inputs));
        var values = Program.Inputs.ToDictionary(input => input.Name, input => FromHost(inputs[input.Name]), StringComparer.Ordinal);
        foreach (var node in Program.Nodes)
        {
            var results = Execute(node, [.. node.Inputs.Select(input => values[input.Name])]);
            for (var i = 0; i < results.Length; i++)
            {
                values[node.Outputs[i].Name] = results[i];
            }
        }

        return Program.Outputs.ToDictionary(output => output.Name, output => ToHost(values[output.Name]), StringComparer.Ordinal);
    }

    public void Dispose() { }

    private Tensor<T>[] Execute(ProgramNode node, Tensor<T>[] inputs) =>
        node.Operation switch
        {
            Embedding op => [RowOperations.Embed(inputs[0], Get(op.Table))],
            PositionEmbedding op => [RowOperations.EmbedPositions(inputs[0], Get(op.Table), op.Offset)],
            LayerNorm op => [RowOperations.LayerNorm(inputs[0], Get(op.Scale), FindBias(op.Bias), T.CreateChecked(op.Epsilon))],
            RmsNorm op => [RowOperations.RmsNorm(inputs[0], Get(op.Scale), T.CreateChecked(op.Epsilon))],
            Linear op => [LinearOperations.Linear(inputs[0], Get(op.Matrix), FindBias(op.Bias))],
            MultiPerturbedLora op => [LinearOperations.Lora(inputs[0], inputs[1], inputs[2], inputs[3], T.CreateChecked(op.Scale))],
            CandidateLogits op => [LinearOperations.CandidateLogits(inputs[0], inputs[1], Get(op.Head), FindBias(op.Bias))],
            RotaryAngles op => RowOperations.RotaryAngles(inputs[0], op.InverseFrequencies, T.CreateChecked(op.Factor)),
            Rotary op => [RowOperations.Rotate(inputs[0], inputs[1], inputs[2], op.HeadDimension)],
            SplitColumns op => RowOperations.SplitColumns(inputs[0], op.Widths),
            SplitGroups op => RowOperations.SplitGroups(inputs[0], op.Heads, op.KeyValueHeads, op.HeadDimension),
            Activation op => [ActivationOperations.Activate(inputs[0], op.Kind)],
            GatedActivation op => [ActivationOperations.Gate(inputs[0], inputs[1], op.Kind)],
            Scale op => [ActivationOperations.Scale(inputs[0], T.CreateChecked(op.Factor))],
            SoftCap op => [ActivationOperations.Cap(inputs[0], T.CreateChecked(op.Cap))],
            ResidualAdd => [RowOperations.Add(inputs[0], inputs[1])],
            GatherRows => [RowOperations.Gather(inputs[0], inputs[1])],
            RepeatExamples => [RowOperations.Repeat(inputs[0], inputs[1].Rows)],
            SplitRows => [new Tensor<T>([inputs[1].Shape[0], inputs[1].Shape[1], inputs[0].Width], inputs[0].Values)],
            SplitHeads op => [AttentionOperations.SplitHeads(inputs[0], inputs[1].Shape, op.Heads)],
            KvAppend => [AttentionOperations.KvAppend(inputs[0], inputs[1])],
            CausalAttention op => [AttentionOperations.Attend(inputs[..3], inputs[3].Shape, null, op)],
            CachedAttention op => [AttentionOperations.Attend(inputs[..3], inputs[3].Shape, inputs[4..], op)],
            TreeAttention op =>
            [
                AttentionOperations.AttendTree(inputs[..3], inputs[3].Shape, inputs[4], inputs.Length > 5 ? inputs[5..] : null, op),
            ],
            MaskedAttention op => [AttentionOperations.AttendMasked(inputs[0], inputs[1], inputs[2], inputs[3].Shape, inputs[4].Ids, op)],
            LargestLogProbability => [LossOperations.LargestLogProbability(inputs[0])],
            CandidateLogProbabilities => [LossOperations.LogProbabilities(inputs[0], inputs[1])],
            WeightedRows op => [LossOperations.WeightedRows(inputs[0], inputs[1], T.CreateChecked(op.Factor))],
            ChoiceScores => [new Tensor<T>([inputs[1].Rows, inputs[0].Rows / Math.Max(inputs[1].Rows, 1)], inputs[0].Values)],
            ChoiceLoss => [LossOperations.ChoiceLoss(inputs[0], inputs[1], inputs.Length == 3 ? inputs[2].Rows : 1)],
            PerturbStack => [StateOperations.Perturb(inputs[0], inputs[1], inputs[2], inputs[3])],
            SingleStack => [new Tensor<T>([1, inputs[0].Rows], inputs[0].Values)],
            SplitMatrices op => StateOperations.Split(inputs[0], op.Matrices),
            ProjectGradients op => [StateOperations.ProjectGradients(inputs[0], inputs[1].Values[0], op.Estimator, op.Queries)],
            UpdateState op => [StateOperations.Update(inputs[0], inputs[1], inputs[2], inputs[3].Values[0], op.Queries)],
            _ => ExecuteReverse(node, inputs),
        };

    private Tensor<T>[] ExecuteReverse(ProgramNode node, Tensor<T>[] inputs) =>
        node.Operation switch
        {
            One => [new Tensor<T>([1], [T.One])],
            ShapedLike => [new Tensor<T>(inputs[1].Shape, inputs[0].Values)],
            Zeros op => [Tensor<T>.Zeros(op.Rows, op.Columns)],
            FirstCopy op => [CopyOperations.First(inputs[0], op.Axes, inputs[1].Rows)],
            LinearTransposed op => [LinearGradients.Transposed(inputs[0], Get(op.Matrix))],
            LoraInputGradient op => [LinearGradients.LoraInput(inputs[0], inputs[1], inputs[2], T.CreateChecked(op.Scale))],
            LoraDownGradient op => [LinearGradients.LoraDown(inputs[0], inputs[1], inputs[2], T.CreateChecked(op.Scale))],
            LoraStackGradient op => [LinearGradients.LoraStack(inputs[0], inputs[1], inputs[2], inputs[3], T.CreateChecked(op.Scale))],
            LoraRows op => [LinearGradients.LoraRows(inputs[0], inputs[1], inputs[2], inputs[3], T.CreateChecked(op.Scale))],
            CandidateLogitsGradient op => [LinearGradients.Candidates(inputs[0], inputs[1], Get(op.Head))],
            RmsNormGradient op => [NormGradients.Rms(inputs[0], inputs[1], Get(op.Scale), T.CreateChecked(op.Epsilon))],
            LayerNormGradient op => [NormGradients.Layer(inputs[0], inputs[1], Get(op.Scale), T.CreateChecked(op.Epsilon))],
            ActivationGradient op => [ActivationOperations.ActivateGradient(inputs[0], inputs[1], op.Kind)],
            GatedActivationGradient op => ActivationOperations.GateGradients(inputs[0], inputs[1], inputs[2], op.Kind),
            SoftCapGradient op => [ActivationOperations.CapGradient(inputs[0], inputs[1], T.CreateChecked(op.Cap))],
            JoinColumns => [JoinOperations.Columns(inputs)],
            JoinGroups op => [JoinOperations.Groups(inputs, op.KeyValueHeads)],
            JoinMatrices => [JoinOperations.Matrices(inputs)],
            ScatterRows => [JoinOperations.Scatter(inputs[0], inputs[1], inputs[2].Shape)],
            CausalAttentionGradient op => AttentionGradients.Attend(inputs[0], inputs[1..4], inputs[4].Shape, null, op.Attention),
            CachedAttentionGradient op => AttentionGradients.Attend(inputs[0], inputs[1..4], inputs[4].Shape, inputs[5..], op.Attention),
            CandidateLogProbabilitiesGradient => [LossGradients.LogProbabilities(inputs[0], inputs[1], inputs[2])],
            WeightedRowsGradient op => [LossGradients.WeightedRows(inputs[0], inputs[1], T.CreateChecked(op.Factor))],
            ChoiceLossGradient => [LossGradients.ChoiceLoss(inputs[0], inputs[1], inputs[2])],
            _ => throw new ProgramException($"The reference interpreter does not know the operation {node.Operation.GetType().Name}."),
        };

    private Tensor<T>? FindBias(Weight? bias) => bias is null ? null : Get(bias);

    private Tensor<T> Get(Weight weight) => _weights[weight.Name];

    private static Tensor<T> FromHost(HostTensor tensor) =>
        tensor.Type == ElementType.Int64
            ? new Tensor<T>([.. tensor.Shape], [], tensor.Longs)
            : new Tensor<T>([.. tensor.Shape], Array.ConvertAll(tensor.Floats, T.CreateChecked));

    private static HostTensor ToHost(Tensor<T> tensor) =>
        HostTensor.Of(Array.ConvertAll(tensor.Values, float.CreateTruncating), tensor.Shape);
}
