using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;

namespace MobiZO.Checkpoints.Families.Gemma;

/// <summary>Gemma 1 and CodeGemma.</summary>
/// <remarks>Source of keys and defaults: transformers, <c>configuration_gemma.py</c>; names in GGUF files: llama.cpp's converter.</remarks>
internal sealed class GemmaFamily : IModelFamily
{
    public string ModelType => "gemma";

    public string? GgufArchitecture => "gemma";

    public FamilyFacts Facts { get; } =
        new("Gemma 1, CodeGemma", "norms of 1 + weight, embeddings times sqrt(H), tanh-GELU gate", "self_attn.o_proj");

    public ModelDescription Describe(ConfigSource source)
    {
        ModelConfig config = GemmaDecoder.Sizes(source, ModelType);
        return GemmaDecoder.Scaled(GemmaDecoder.Of(source, config, source.Rotary(config.HeadDimension)));
    }
}
