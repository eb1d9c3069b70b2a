using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// The parts of causal attention that both ways share, the way there and the way back. Letters as in <see cref="AttentionLowering"/>.
/// </summary>
internal sealed class CausalScores(OnnxGraphWriter writer, AttentionOperation op, Shape positions, string? seen = null)
{
    private readonly Dimension _rows = positions[0];
    private readonly Dimension _tokens = positions[1];
    private readonly int _heads = op.KeyValueHeads;
    private readonly int _group = op.Heads / op.KeyValueHeads;
    private readonly int _width = op.HeadDimension;

    /// <summary>What has query heads as [N, k, g*S, d]: the heads of a group share one key matrix, so nothing is repeated.</summary>
    public string Fold(string states)
    {
        var folded = writer.Transpose(writer.Reshape(states, _rows, _tokens, _heads, _group, _width), 0, 2, 3, 1, 4);
        return writer.Reshape(folded, _rows, _heads, -1, _width);
    }

    /// <summary>What has key/value heads as [N, k, S, d].</summary>
    public string Split(string states) => writer.Transpose(writer.Reshape(states, _rows, _tokens, _heads, _width), 0, 2, 1, 3);

    /// <summary>Scores before the mask [N, k, g*S, S].</summary>
    public string Scores(string queries, string keys) => AttentionLowering.Scores(writer, op, queries, keys);

    /// <summary>Weights of all tokens a query sees [N, k, g*S, S].</summary>
    public string Weights(string scores)
    {
        var split = writer.Reshape(scores, _rows, _heads, _group, _tokens, _tokens);
        var mask = seen is null ? AttentionMasks.Causal(writer, _tokens, op.Window) : AttentionMasks.Tree(writer, seen);
        var masked = writer.Node("Add", [split, mask]);
        var weights = writer.Node("Softmax", [masked], null, "", ("axis", -1L));
        return writer.Reshape(weights, _rows, _heads, (Dimension)_group * _tokens, _tokens);
    }

    /// <summary>[N, k, g*S, d] as rows of heads.</summary>
    public void Unfold(string mixed, string output)
    {
        var ordered = writer.Transpose(writer.Reshape(mixed, _rows, _heads, _group, _tokens, _width), 0, 3, 1, 2, 4);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * _width)], output);
    }

    /// <summary>[N, k, S, d] as rows of key/value heads.</summary>
    public void Join(string states, string output) =>
        writer.Node("Reshape", [writer.Transpose(states, 0, 2, 1, 3), writer.ShapeOf(-1, _heads * _width)], output);
}
