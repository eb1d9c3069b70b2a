using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Checkpoints.Opening;

/// <summary>Opens a folder in the layout of the Hugging Face Hub.</summary>
internal static class HuggingFaceFolder
{
    public const string ConfigFile = "config.json";

    /// <exception cref="CheckpointException">A file is missing, damaged or not supported.</exception>
    public static CheckpointContents Open(string folder)
    {
        string configPath = Path.Combine(folder, ConfigFile);
        string? generationPath = FindFile(folder, "generation_config.json");
        ModelDescription description = ConfigReader.Read(configPath, generationPath);
        JsonSection? tokenizer = FindFile(folder, "tokenizer_config.json") is { } path ? JsonSection.ReadFile(path) : null;
        string? template = TokenizerConfigReader.ReadChatTemplate(folder, tokenizer);
        IReadOnlyDictionary<string, string> specialTokens = TokenizerConfigReader.ReadSpecialTokens(
            tokenizer,
            FindFile(folder, "special_tokens_map.json") is { } map ? JsonSection.ReadFile(map) : null
        );
        return new CheckpointContents
        {
            Path = folder,
            Format = CheckpointFormat.HuggingFace,
            Description = description,
            Weights = SafetensorsWeights.Open(folder, description),
            ConfigFiles = generationPath is null ? [configPath] : [configPath, generationPath],
            TokenizerFile = FindFile(folder, "tokenizer.json"),
            ChatTemplate = template,
            SpecialTokens = specialTokens,
            AddBos = TokenizerConfigReader.ReadFlag(tokenizer, "add_bos_token"),
            AddEos = TokenizerConfigReader.ReadFlag(tokenizer, "add_eos_token"),
        };
    }

    private static string? FindFile(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path : null;
    }
}
