using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Gguf;

/// <summary>A golden folder beside a tokenizer, which those folders do not have.</summary>
public static class FolderWithTokenizer
{
    /// <summary>Golden folders that GGUF files have no form for, and what a refusal says of each.</summary>
    public static IReadOnlyDictionary<string, string> WithoutGguf { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["gemma2"] = "Layers[0].Attention.Scale",
            ["gemma3-text"] = "Layers[0].Attention.Scale",
            ["mistral"] = "attention.sliding_window",
            ["opt"] = "a family that has a form in GGUF files",
            ["phi3-longrope"] = "cannot say what the config does",
        };

    /// <summary>Copies config and weights and writes a small tokenizer.</summary>
    /// <param name="golden">The golden folder.</param>
    /// <param name="target">A new folder.</param>
    public static string Make(string golden, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(golden, "*.safetensors*").Append(Path.Combine(golden, "config.json")))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        TinyTokenizer.Write(Path.Combine(target, "tokenizer.json"));
        return target;
    }
}
