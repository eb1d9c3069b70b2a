using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// The parts of attention over cached prompts that both ways share, the way there and the way back. Letters as in
/// <see cref="AttentionLowering"/>.
/// </summary>
internal sealed class CachedScores(
    OnnxGraphWriter writer,
    AttentionOperation op,
    Shape positions,
    Shape past,
    string lengths,
    string? seen = null
)
{
    private readonly Dimension _tokens = positions[1];
    private readonly Dimension _examples = past[0];
    private readonly Dimension _cached = past[2];
    private readonly int _heads = op.KeyValueHeads;
    private readonly int _group = op.Heads / op.KeyValueHeads;
    private readonly int _width = op.HeadDimension;

    /// <summary>
    /// What has query heads as [X, k, C*g*S, d]: copies, group and tokens all lie in the query axis of their example's cached keys.
    /// </summary>
    public string Fold(string states)
    {
        var folded = writer.Transpose(writer.Reshape(states, -1, _examples, _tokens, _heads, _group, _width), 1, 3, 0, 4, 2, 5);
        return writer.Reshape(folded, _examples, _heads, -1, _width);
    }

    /// <summary>What has key/value heads as [X, k, C, S, d].</summary>
    public string Split(string states) => writer.Transpose(writer.Reshape(states, -1, _examples, _tokens, _heads, _width), 1, 3, 0, 2, 4);

    /// <summary>Scores before the masks, of cached tokens [X, k, C*g*S, T] and of new ones [X, k, C*g*S, S].</summary>
    public (string Past, string New) Scores(string queries, string keys, string pastKeys) =>
        (
            AttentionLowering.Scores(writer, op, queries, pastKeys),
            writer.Reshape(AttentionLowering.Scores(writer, op, PerCopyOf(queries), keys), _examples, _heads, -1, _tokens)
        );

    /// <summary>Weights of all tokens a query sees, cached ones first [X, k, C*g*S, T+S].</summary>
    public string Weights((string Past, string New) scores)
    {
        var pastScores = op.Window is { } window
            ? writer.Reshape(
                writer.Node(
                    "Add",
                    [
                        writer.Reshape(scores.Past, _examples, _heads, -1, _tokens, _cached),
                        AttentionMasks.Window(writer, lengths, _tokens, _cached, window),
                    ]
                ),
                _examples,
                _heads,
                -1,
                _cached
            )
            : writer.Node("Add", [scores.Past, AttentionMasks.Past(writer, lengths, _cached)]);
        var newScores = writer.Node(
            "Add",
            [
                writer.Reshape(scores.New, _examples, _heads, -1, _tokens, _tokens),
                seen is null ? AttentionMasks.Causal(writer, _tokens, op.Window) : AttentionMasks.Tree(writer, seen),
            ]
        );
        var all = Concat(pastScores, writer.Reshape(newScores, _examples, _heads, -1, _tokens));
        return writer.Node("Softmax", [all], null, "", ("axis", -1L));
    }

    /// <summary>Numbers of cached and of new tokens beside each other.</summary>
    public string Concat(string pastPart, string newPart) => writer.Node("Concat", [pastPart, newPart], null, "", ("axis", -1L));

    /// <summary>Undoes <see cref="Concat"/>.</summary>
    public (string Past, string New) Cut(string both, string name)
    {
        var parts = new[] { writer.NewName("past_" + name), writer.NewName("new_" + name) };
        writer.Nodes("Split", [both, writer.ShapeOf(_cached, _tokens)], parts, "", ("axis", -1L));
        return (parts[0], parts[1]);
    }

    /// <summary>[X, k, C*g*S, S] as [X, k, C, g*S, S].</summary>
    public string PerCopy(string newPart) => writer.Reshape(newPart, _examples, _heads, -1, (Dimension)_group * _tokens, _tokens);

    /// <summary>[X, k, C*g*S, d] as [X, k, C, g*S, d].</summary>
    public string PerCopyOf(string folded) => writer.Reshape(folded, _examples, _heads, -1, (Dimension)_group * _tokens, _width);

    /// <summary>[X, k, C, g*S, d] as [X, k, C*g*S, d].</summary>
    public string Joined(string perCopy) => writer.Reshape(perCopy, _examples, _heads, -1, _width);

    /// <summary>[X, k, C*g*S, d] as rows of heads.</summary>
    public void Unfold(string mixed, string output)
    {
        var ordered = writer.Transpose(writer.Reshape(mixed, _examples, _heads, -1, _group, _tokens, _width), 2, 0, 4, 1, 3, 5);
        writer.Node("Reshape", [ordered, writer.ShapeOf(-1, op.Heads * _width)], output);
    }

    /// <summary>[X, k, C, S, d] as rows of key/value heads.</summary>
    public void Join(string states, string output) =>
        writer.Node("Reshape", [writer.Transpose(states, 2, 0, 3, 1, 4), writer.ShapeOf(-1, _heads * _width)], output);
}
