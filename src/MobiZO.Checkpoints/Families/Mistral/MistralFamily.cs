using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Mistral;

/// <summary>Mistral 7B and its kin: a Llama whose queries may see a window only. Its GGUF files say they are of <c>llama</c>.</summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_mistral.py</c>; of GGUF files: llama.cpp's converter.</remarks>
internal sealed class MistralFamily : IModelFamily
{
    private const int DefaultWindow = 4096;

    public string ModelType => "mistral";

    public string? GgufArchitecture => null;

    public FamilyFacts Facts { get; } = new("Mistral 7B, Nemo", "a window in every layer, or none", "self_attn.o_proj", storedAs: "llama");

    public ModelDescription Describe(ConfigSource source)
    {
        source.RequireText(new("hidden_act", null), "silu", "swish");
        ModelConfig config = source.Sizes(ModelType, new SizeKeys());
        int? window = LayerPatterns.Window(source, DefaultWindow);

        // transformers makes no difference between layers here, whatever a config says of them.
        LayerPatterns.Require(source, config.LayerCount, window is null ? LayerPatterns.Whole : LayerPatterns.Local);
        return new SwiGluDecoder
        {
            Config = config,
            Epsilon = source.PositiveNumber(new("rms_norm_eps", "attention.layer_norm_rms_epsilon")),
            Rotary = source.Rotary(config.HeadDimension),
            OfLayer = (_, attention) => attention with { Window = window },
        }.Describe();
    }
}
