using MobiZO.Checkpoints.Configuration;
using MobiZO.Programs.Architectures;

namespace MobiZO.Prompts;

/// <summary>
/// What is kept of a token sequence of T tokens: planes of [heads, T, width] numbers, one behind the other. Keys and values are two planes a layer, hidden states one
/// plane of one head.
/// </summary>
/// <param name="Form">Keys and values, or hidden states.</param>
/// <param name="FirstLayer">The layer that hidden states enter; 0 for keys and values.</param>
/// <param name="Planes">Planes of an entry.</param>
/// <param name="Heads">Heads of a plane.</param>
/// <param name="Width">Numbers of a token in one head.</param>
internal sealed record PromptShape(PromptForm Form, int FirstLayer, int Planes, int Heads, int Width)
{
    /// <summary>Numbers kept of one token.</summary>
    public int ValuesPerToken => Planes * Heads * Width;

    public static PromptShape Of(ModelConfig config, PromptForm form, int firstLayer) => form == PromptForm.Hidden
        ? new(form, firstLayer, 1, 1, config.HiddenSize)
        : new(form, 0, 2 * config.LayerCount, config.KeyValueHeadCount, config.HeadDimension);

    public long BytesPerToken(PromptCacheType type) => (long)ValuesPerToken * PromptNumbers.SizeOf(type);

    /// <summary>The output of a prefix program that a plane comes from.</summary>
    public string OutputName(int plane) =>
        Form == PromptForm.Hidden ? ProgramNames.Hidden : plane % 2 == 0 ? ProgramNames.PresentKey(plane / 2) : ProgramNames.PresentValue(plane / 2);

    /// <summary>The input of a step that a plane goes to.</summary>
    public string InputName(int plane) =>
        Form == PromptForm.Hidden ? ProgramNames.Hidden : plane % 2 == 0 ? ProgramNames.PastKey(plane / 2) : ProgramNames.PastValue(plane / 2);

    /// <summary>The shape of such an input for a batch.</summary>
    public int[] InputShape(int count, int tokens) => Form == PromptForm.Hidden ? [count, tokens, Width] : [count, Heads, tokens, Width];
}
