using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Families.Falcon;
using MobiZO.Checkpoints.Families.Gemma;
using MobiZO.Checkpoints.Families.Gemma2;
using MobiZO.Checkpoints.Families.Gemma3;
using MobiZO.Checkpoints.Families.Gpt2;
using MobiZO.Checkpoints.Families.GptNeo;
using MobiZO.Checkpoints.Families.GptNeoX;
using MobiZO.Checkpoints.Families.Granite;
using MobiZO.Checkpoints.Families.Llama;
using MobiZO.Checkpoints.Families.Mistral;
using MobiZO.Checkpoints.Families.Olmo2;
using MobiZO.Checkpoints.Families.Opt;
using MobiZO.Checkpoints.Families.Phi;
using MobiZO.Checkpoints.Families.Phi3;
using MobiZO.Checkpoints.Families.Qwen2;
using MobiZO.Checkpoints.Families.Qwen3;
using MobiZO.Checkpoints.Families.SmolLm3;
using MobiZO.Checkpoints.Families.StableLm;
using MobiZO.Checkpoints.Families.Starcoder2;

namespace MobiZO.Checkpoints.Families;

/// <summary>The one list of supported families.</summary>
internal static class ModelFamilies
{
    private static readonly IModelFamily[] s_all =
    [
        new FalconFamily(),
        new GemmaFamily(),
        new Gemma2Family(),
        new Gemma3Family(),
        new Gpt2Family(),
        new GptNeoFamily(),
        new GptNeoXFamily(),
        new GraniteFamily(),
        new LlamaFamily(),
        new MistralFamily(),
        new Olmo2Family(),
        new OptFamily(),
        new PhiFamily(),
        new Phi3Family(),
        new Qwen2Family(),
        new Qwen3Family(),
        new SmolLm3Family(),
        new StableLmFamily(),
        new Starcoder2Family(),
    ];

    /// <summary>The families, sorted by name.</summary>
    public static IReadOnlyList<IModelFamily> All { get; } = [.. s_all.OrderBy(family => family.ModelType, StringComparer.Ordinal)];

    /// <summary>Names of the families as <c>config.json</c> has them.</summary>
    public static IEnumerable<string> ModelTypes => s_all.Select(family => family.ModelType);

    /// <summary>Names of the families as GGUF files have them.</summary>
    public static IEnumerable<string> GgufArchitectures => s_all.Select(family => family.GgufArchitecture).OfType<string>();

    /// <summary>The family of a <c>model_type</c>, or null.</summary>
    public static IModelFamily? FindByModelType(string name) => Array.Find(s_all, family => family.ModelType == name);

    /// <summary>The family of a <c>general.architecture</c>, or null.</summary>
    public static IModelFamily? FindByGgufArchitecture(string name) => Array.Find(s_all, family => family.GgufArchitecture == name);
}
