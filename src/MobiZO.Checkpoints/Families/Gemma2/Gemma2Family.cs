using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Families.Gemma;

namespace MobiZO.Checkpoints.Families.Gemma2;

/// <summary>Gemma 2: four norms a layer, caps of scores and logits, and a window in every other layer.</summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_gemma2.py</c>; names, caps and windows of GGUF files: llama.cpp.
/// </remarks>
internal sealed class Gemma2Family : IModelFamily
{
    private const double DefaultScoreCap = 50,
        DefaultLogitCap = 30;

    private const int DefaultWindow = 4096,
        LayersOf27B = 46;

    public string ModelType => "gemma2";

    public string? GgufArchitecture => "gemma2";

    public FamilyFacts Facts { get; } =
        new("Gemma 2", "as gemma; norms before and behind, caps of scores and logits, a window in every other layer", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        ModelConfig config = GemmaDecoder.Sizes(source, ModelType);
        int period = source.OptionalInt32(new(null, "attention.sliding_window_pattern"), 1) ?? 2;
        int?[] windows = LayerPatterns.Windows(source, config.LayerCount, LayerPatterns.Window(source, DefaultWindow), period);
        double scale = GemmaDecoder.AttentionScale(source, config, LayersOf27B);
        double? cap = source.PositiveNumberOrNone(new("attn_logit_softcapping", "attn_logit_softcapping"), DefaultScoreCap);
        ModelDescription model = GemmaDecoder.Scaled(
            GemmaDecoder.Of(source, config, source.Rotary(config.HeadDimension)) with
            {
                Norms = NormPlaces.Around,
                OfLayer = (layer, attention) => attention with { Scale = scale, ScoreCap = cap, Window = windows[layer] },
            }
        );
        double? logitCap = source.PositiveNumberOrNone(new("final_logit_softcapping", "final_logit_softcapping"), DefaultLogitCap);
        return model with { Head = model.Head with { Cap = logitCap } };
    }
}
