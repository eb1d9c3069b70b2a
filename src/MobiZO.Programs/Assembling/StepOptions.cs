using MobiZO.Programs.Adapters;
using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Assembling;

/// <summary>What a step program computes.</summary>
public sealed record StepOptions
{
    /// <summary>The adapted modules.</summary>
    public required AdapterLayout Adapter { get; init; }

    /// <summary>The loss.</summary>
    public StepLossKind Loss { get; init; } = StepLossKind.Tokens;

    /// <summary>What the program is given of the frozen part of a prompt.</summary>
    public PrefixKind Prompt { get; init; } = PrefixKind.Tokens;

    /// <summary>
    /// First computed layer, at most the lowest adapted one; above 0 the program is given the hidden states that enter it, so not with <see
    /// cref="PrefixKind.Tokens"/>.
    /// </summary>
    public int FirstLayer { get; init; }

    /// <summary>
    /// Layers from the first that no adapter changes, with <see cref="PrefixKind.KeyValues"/> of all layers: at most the lowest adapted
    /// layer. They are the same for all copies and computed
    /// once, not for every copy.
    /// </summary>
    public int SharedLayers { get; init; }

    /// <summary>
    /// S when every row of every step has as many tokens; null: any number. Rows of one token behind cached prompts have a shorter program.
    /// </summary>
    public int? RowTokens { get; init; }

    /// <summary>The update inside the program, or null when the host updates.</summary>
    public EngineUpdate? Update { get; init; }

    /// <summary>
    /// Whether the step also gives <see cref="ProgramNames.BroadcastGradient"/>: the gradient that B of the first copy would have if every
    /// later layer passed the residual stream on unchanged; zeros for modules that do not write to the stream. Give the first copy the
    /// coefficient 0 to have it of B itself. Not together with <see cref="Update"/>.
    /// </summary>
    public bool Broadcast { get; init; }
}
