using System.Reflection;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.OnnxRuntime.Lowering.Format;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Turns a step program into an ONNX model of standard and <c>com.microsoft</c> operators that released runtimes have.</summary>
internal static class OnnxLowering
{
    private const long OnnxOpset = 21;
    private const long IrVersion = 10;

    /// <param name="program">The program.</param>
    /// <param name="file">Name of the external data file, relative to the model.</param>
    /// <param name="offsets">Where each fp32 weight starts in that file, in bytes.</param>
    /// <param name="places">Where the parts of a quantised matrix start; null for a weight that is fp32, as all are without this.</param>
    /// <param name="mostWeightsOfAPiece">Of a quantised matrix that is made numbers as many at once.</param>
    public static ModelProto Lower(
        Program program,
        string file,
        Func<Weight, long> offsets,
        Func<Weight, QuantizedPlace?>? places = null,
        long mostWeightsOfAPiece = QuantizedLowering.MostWeightsOfAPiece
    )
    {
        var writer = new OnnxGraphWriter(program);
        var quantized = new QuantizedLowering(file, places ?? (_ => null), mostWeightsOfAPiece);
        foreach (var weight in program.Weights.Where(weight => !quantized.Has(weight)))
        {
            writer.Weight(weight, file, offsets(weight));
        }

        var norms = program.Nodes.Where(IsWholeRowNorm).ToLookup(node => node.Inputs[0]);
        var done = new HashSet<ProgramNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in program.Nodes.Where(node => !done.Contains(node)))
        {
            writer.Making = node.Outputs[0].Name;
            if (node.Operation is ResidualAdd && norms[node.Outputs[0]].FirstOrDefault() is { } norm)
            {
                var isReadElsewhere =
                    program.Outputs.Contains(node.Outputs[0])
                    || program.Nodes.Any(other => other != norm && other.Inputs.Contains(node.Outputs[0]));
                NormLowering.SumAndNorm(writer, node, norm, isReadElsewhere);
                done.Add(norm);
            }
            else if (!quantized.TryLower(writer, node))
            {
                Lower(writer, node);
            }
        }

        // Rotated rows may keep an axis more than the program says.
        writer.DescribeValues(program.Nodes.Where(node => node.Operation is not Rotary).SelectMany(node => node.Outputs));
        return Model(writer.Graph);
    }

    /// <summary>A model of one operator.</summary>
    public static ModelProto Smallest()
    {
        var builder = new ProgramBuilder();
        var input = builder.Input("input", 1);
        builder.Output(builder.Add("output", new ResidualAdd(), input, input));
        return Lower(builder.Build("smallest"), "", _ => 0);
    }

    private static bool IsWholeRowNorm(ProgramNode node) =>
        node.Operation is RmsNorm norm && node.Inputs[0].Shape[1] == norm.Scale.Shape[0];

    private static ModelProto Model(GraphProto graph)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "MobiZO",
            ProducerVersion =
                typeof(OnnxLowering)
                    .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                    ?.InformationalVersion.Split('+')[0]
                ?? "0",
            Graph = graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OnnxOpset });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = OnnxGraphWriter.MicrosoftDomain, Version = 1 });
        return model;
    }

    private static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        switch (node.Operation)
        {
            case Embedding
            or PositionEmbedding
            or Linear
            or MultiPerturbedLora
            or CandidateLogits
            or RotaryAngles
            or Rotary
            or ResidualAdd
            or GatherRows
            or RepeatExamples
            or SplitRows
            or SplitColumns
            or SplitGroups:
                RowLowering.Lower(writer, node);
                break;
            case RmsNorm or LayerNorm:
                NormLowering.Lower(writer, node);
                break;
            case Activation or GatedActivation or Scale or SoftCap:
                ActivationLowering.Lower(writer, node);
                break;
            case CausalAttention or CachedAttention or TreeAttention or MaskedAttention or SplitHeads or KvAppend:
                AttentionLowering.Lower(writer, node);
                break;
            case CandidateLogProbabilities or LargestLogProbability or WeightedRows or ChoiceScores or ChoiceLoss:
                LossLowering.Lower(writer, node);
                break;
            case PerturbStack or SingleStack or SplitMatrices or ProjectGradients or UpdateState:
                StateLowering.Lower(writer, node);
                break;
            default:
                LowerReverse(writer, node);
                break;
        }
    }

    private static void LowerReverse(OnnxGraphWriter writer, ProgramNode node)
    {
        switch (node.Operation)
        {
            case FirstCopy or LoraRows or Zeros:
                BroadcastLowering.Lower(writer, node);
                break;
            case ShapedLike
            or LinearTransposed
            or LoraInputGradient
            or LoraDownGradient
            or LoraStackGradient
            or CandidateLogitsGradient
            or ScatterRows
            or JoinColumns
            or JoinGroups
            or JoinMatrices:
                RowGradientLowering.Lower(writer, node);
                break;
            case RmsNormGradient or LayerNormGradient:
                NormGradientLowering.Lower(writer, node);
                break;
            case ActivationGradient or GatedActivationGradient or SoftCapGradient:
                ActivationGradientLowering.Lower(writer, node);
                break;
            case CausalAttentionGradient or CachedAttentionGradient:
                AttentionGradientLowering.Lower(writer, node);
                break;
            case One or CandidateLogProbabilitiesGradient or WeightedRowsGradient or ChoiceLossGradient:
                LossGradientLowering.Lower(writer, node);
                break;
            default:
                throw new ProgramException($"The ONNX lowering does not know the operation {node.Operation.GetType().Name}.");
        }
    }
}
