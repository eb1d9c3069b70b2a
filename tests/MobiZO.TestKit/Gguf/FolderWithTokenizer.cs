using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Gguf;

/// <summary>A golden folder beside a tokenizer, which those folders do not have.</summary>
public static class FolderWithTokenizer
{
    /// <summary>Copies config and weights and writes a small tokenizer.</summary>
    /// <param name="golden">The golden folder.</param>
    /// <param name="target">A new folder.</param>
    public static string Make(string golden, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(golden, file), Path.Combine(target, file));
        }

        TinyTokenizer.Write(Path.Combine(target, "tokenizer.json"));
        return target;
    }
}
