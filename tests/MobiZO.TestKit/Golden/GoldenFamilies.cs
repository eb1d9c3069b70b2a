using MobiZO.Checkpoints.Families;

namespace MobiZO.TestKit.Golden;

/// <summary>The golden model folders by family, found by listing them: a family that is supported one day is tested that day.</summary>
public static class GoldenFamilies
{
    /// <summary>Names of the supported families as <c>config.json</c> has them, sorted.</summary>
    public static IReadOnlyList<string> Types => [.. ModelFamilies.All.Select(family => family.ModelType)];

    /// <summary>Hugging Face folders of supported families.</summary>
    public static IEnumerable<string> Models => ModelFolders.Where(folder => IsSupported(folder, "config.json"));

    /// <summary>Hugging Face folders of families that are refused by name.</summary>
    public static IEnumerable<string> RefusedModels => ModelFolders.Where(folder => !IsSupported(folder, "config.json"));

    /// <summary>GGUF folders of supported families.</summary>
    public static IEnumerable<string> GgufModels => GgufFolders.Where(folder => IsSupported(folder, "hf_config.json"));

    /// <summary>GGUF folders of families that are refused by name.</summary>
    public static IEnumerable<string> RefusedGgufModels => GgufFolders.Where(folder => !IsSupported(folder, "hf_config.json"));

    private static IEnumerable<string> ModelFolders => Shared.Folders("fixtures/models");

    private static IEnumerable<string> GgufFolders => Shared.Folders("fixtures/gguf");

    private static bool IsSupported(string folder, string config)
    {
        using var json = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, config)));
        return ModelFamilies.FindByModelType(json.RootElement.GetProperty("model_type").GetString()!) is not null;
    }
}
