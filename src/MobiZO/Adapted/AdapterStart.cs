using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;

namespace MobiZO.Adapted;

/// <summary>
/// Where an adapter starts to act: the token of a row and the layer of the model. What lies before the token or below the layer is frozen:
/// it is the same in every copy, step and run. This is the one place that decides it, so that training, evaluation, classification and
/// generation agree.
/// </summary>
/// <param name="Prompt">What programs are given of the frozen part of a prompt.</param>
/// <param name="Layer">The first layer that programs compute; above 0 they are given the hidden states that enter it.</param>
/// <param name="LowestLayer">The lowest adapted layer.</param>
internal sealed record AdapterStart(PrefixKind Prompt, int Layer, int LowestLayer)
{
    /// <summary>The start of no adapter: nothing is frozen, every token of every layer is computed.</summary>
    public static AdapterStart OfBaseModel { get; } = new(PrefixKind.Tokens, 0, 0);

    /// <summary>The prompt tokens that the adapter starts at in scope activated; empty: it acts on every token.</summary>
    public int[] InvocationTokens { get; init; } = [];

    /// <summary>
    /// Layers that the copies of a step compute once behind cached prompts of all layers: below the lowest adapted one their rows do not
    /// differ.
    /// </summary>
    public int SharedLayers => Prompt == PrefixKind.KeyValues && Layer == 0 ? LowestLayer : 0;

    /// <summary>Why an adapter does not act on a prompt, as the beginning of a message.</summary>
    public string NotInvoked =>
        $"the prompt does not hold the tokens that invoke the adapter (alora_invocation_tokens {string.Join(", ", InvocationTokens)})";

    /// <summary>Decides the layer.</summary>
    /// <param name="scope">Which tokens carry the adapter.</param>
    /// <param name="adapter">Which modules carry it.</param>
    /// <param name="hasSingleRows">
    /// Whether an example is one row. The hidden states of rows that differ in their answers would have to be kept for each, with the
    /// prompt before them; then scope activated keeps the prompt of every layer.
    /// </param>
    public static AdapterStart Of(AdapterScope scope, AdapterLayout adapter, bool hasSingleRows = true)
    {
        var lowest = adapter.Modules.Min(module => module.Layer);
        return scope == AdapterScope.Activated ? new AdapterStart(PrefixKind.KeyValues, hasSingleRows ? lowest : 0, lowest)
            : lowest > 0 ? new AdapterStart(PrefixKind.Hidden, lowest, lowest)
            : new AdapterStart(PrefixKind.Tokens, 0, 0);
    }

    /// <summary>Decides layer and tokens.</summary>
    /// <inheritdoc cref="Of(AdapterScope, AdapterLayout, bool)"/>
    public static AdapterStart Of(LoraAdapter adapter, AdapterLayout layout, bool hasSingleRows) =>
        Of(adapter.Scope, layout, hasSingleRows) with
        {
            InvocationTokens = [.. adapter.InvocationTokens],
        };

    /// <summary>Whether label words make one row of an example: each is a single token, or there are none.</summary>
    public static bool AreSingleRows(IEnumerable<int[]> choices) => choices.All(choice => choice.Length == 1);

    /// <summary>
    /// The first token of a prompt that carries the adapter: in scope activated the start of the last occurrence of the invocation tokens,
    /// or null when they do not occur; 0 in scope all.
    /// </summary>
    public int? TokenIn(ReadOnlySpan<int> promptIds)
    {
        var start = InvocationTokens.Length == 0 ? 0 : promptIds.LastIndexOf(InvocationTokens);
        return start < 0 ? null : start;
    }

    /// <summary>The first token of a row that carries the adapter.</summary>
    /// <exception cref="DataException">The adapter would never act on the row.</exception>
    public int TokenOf(EncodedExample row) =>
        TokenIn(row.PromptIds)
        ?? throw new DataException(
            row.Place.File is null ? new DataPlace("data", row.LineNumber) : row.Place,
            "a prompt without the tokens that invoke the adapter (alora_invocation_tokens " + string.Join(", ", InvocationTokens) + ")",
            "them in every prompt: without them the adapter would never act",
            "Use the prompt template that the adapter was trained with."
        );
}
