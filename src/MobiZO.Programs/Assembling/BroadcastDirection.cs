using MobiZO.Programs.Adapters;
using MobiZO.Programs.Building;
using MobiZO.Programs.Differentiating;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.Programs.Assembling;

/// <summary>
/// Adds the error broadcast of the first copy: the gradient that B would have if every layer behind a module passed the residual stream on
/// unchanged. The error of the final stream goes back exactly through loss, head and final norm, and from there straight to every module
/// that writes to the stream.
/// </summary>
/// <param name="builder">Holds the step.</param>
/// <param name="adapter">The adapted modules.</param>
/// <param name="lora">Their matrices.</param>
internal sealed class BroadcastDirection(ProgramBuilder builder, AdapterLayout adapter, LoraInputs lora)
{
    /// <summary>The direction [BCount], laid out as B is; zeros for modules that do not write to the stream.</summary>
    /// <param name="decoder">The layers, with the answer rows picked.</param>
    /// <param name="losses">The losses [P].</param>
    public Value Add(Decoder decoder, Value losses)
    {
        var (hidden, rows) = decoder.Answers ?? throw new ProgramException("No answers were picked.");
        var pass = new FirstCopyPass(builder, losses, rows);
        var error = pass.Back(hidden, losses);
        var matrices = adapter.Modules.Select(module =>
            decoder.FindStreamPart(module.Name) is { } part
                ? builder.Add(
                    module.Name + ".broadcast",
                    new LoraRows(adapter.Scale),
                    pass.Back(part.Output, part.Added, error),
                    part.Input,
                    lora.AOf(module.Name),
                    pass.Rows
                )
                : builder.Add(module.Name + ".broadcast", new Zeros(module.OutputSize, adapter.Rank))
        );
        return builder.Add(ProgramNames.BroadcastGradient, new JoinMatrices(), [.. matrices]);
    }
}
