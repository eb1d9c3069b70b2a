using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Families.Gemma;

namespace MobiZO.Checkpoints.Families.Gemma3;

/// <summary>
/// The text model of Gemma 3: four norms a layer, each head normed, and five local layers for a global one. Local layers have a window and
/// a rotation of their own.
/// </summary>
/// <remarks>
/// Source of keys and defaults: transformers, <c>configuration_gemma3.py</c>; names, windows and rotations of GGUF files: llama.cpp.
/// </remarks>
internal sealed class Gemma3Family : IModelFamily
{
    private const int DefaultWindow = 4096,
        DefaultPeriod = 6,
        LayersOf27B = 62;

    private static readonly RotaryKeys s_global = new() { DefaultTheta = 1_000_000, Section = LayerPatterns.Whole };

    private static readonly RotaryKeys s_local = new()
    {
        Theta = new("rope_local_base_freq", "rope.freq_base_swa"),
        Section = LayerPatterns.Local,
        IsScaled = false,
    };

    public string ModelType => "gemma3_text";

    public string? GgufArchitecture => "gemma3";

    public FamilyFacts Facts { get; } =
        new(
            "Gemma 3 (270M, 1B; larger ones from GGUF)",
            "as gemma; norms before and behind, each head normed, five local layers for a global one, two rotations",
            "self_attn.o_proj"
        );

    public ModelDescription Describe(ConfigSource source)
    {
        // The modelling code has no such cap, whatever the config says.
        ConfigKey scoreCap = new("attn_logit_softcapping", "attn_logit_softcapping");
        if (source.OptionalPositiveNumber(scoreCap) is not null)
        {
            throw source.Bad(scoreCap, "null");
        }

        ModelConfig config = GemmaDecoder.Sizes(source, ModelType);
        int? window = LayerPatterns.Window(source, source.WhenAbsent<int?>(DefaultWindow, null));
        int?[] windows = LayerPatterns.Windows(source, config.LayerCount, window, Period(source));
        double scale = GemmaDecoder.AttentionScale(source, config, LayersOf27B);
        RotaryDescription whole = source.Rotary(config.HeadDimension, s_global);
        RotaryDescription local = source.Rotary(config.HeadDimension, s_local);
        ModelDescription model = GemmaDecoder.Scaled(
            GemmaDecoder.Of(source, config, whole) with
            {
                Norms = NormPlaces.Around,
                HeadNorms = HeadNorms.EachHead,
                OfLayer = (layer, attention) =>
                    attention with
                    {
                        Scale = scale,
                        Window = windows[layer],
                        Rotary = windows[layer] is null ? whole : local,
                    },
            }
        );
        double? logitCap = source.PositiveNumberOrNone(new("final_logit_softcapping", "final_logit_softcapping"), null);
        return model with
        {
            Config = model.Config with { PositionEncoding = $"rotary, {whole.Text}; local layers {local.Text}" },
            Head = model.Head with { Cap = logitCap },
        };
    }

    private static int Period(ConfigSource source) =>
        source.OptionalInt32(new("sliding_window_pattern", "attention.sliding_window_pattern"), 1)
        ?? source.OptionalInt32(new("_sliding_window_pattern", null), 1)
        ?? DefaultPeriod;
}
