using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>Adds the head: from final states to logits.</summary>
internal sealed class OutputHead(ProgramBuilder builder, HeadDescription head)
{
    private readonly Weight _table = LayerParts.Of(head.Table);
    private readonly Weight? _bias = head.Bias is { } bias ? LayerParts.Of(bias) : null;

    /// <summary>Logits of the whole vocabulary [R, V].</summary>
    public Value Logits(string name, Value states) => Finish(name, raw => builder.Add(raw, new Linear(_table, _bias), states));

    /// <summary>Logits of a few candidates [R, K].</summary>
    public Value Candidates(string name, Value states, Value ids) =>
        Finish(name, raw => builder.Add(raw, new CandidateLogits(_table, _bias), states, ids));

    // The last of the operations has the name that was asked for.
    private Value Finish(string name, Func<string, Value> add)
    {
        var (isScaled, isCapped) = (head.Scale != 1, head.Cap is not null);
        var logits = add(isScaled || isCapped ? name + ".raw" : name);
        logits = isScaled ? builder.Add(isCapped ? name + ".scaled" : name, new Scale(head.Scale), logits) : logits;
        return head.Cap is { } cap ? builder.Add(name, new SoftCap(cap), logits) : logits;
    }
}
