using MobiZO.Checkpoints.Storage;

namespace MobiZO.Export;

/// <summary>The files of a model's tokenizer, which other engines read for themselves.</summary>
internal static class TokenizerFiles
{
    private static readonly string[] s_names =
    [
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "chat_template.jinja",
        "generation_config.json",
    ];

    /// <summary>Copies those that lie beside the weights.</summary>
    /// <param name="model">The folder or file of the model.</param>
    /// <param name="output">The folder to write to.</param>
    /// <param name="written">Gets their names.</param>
    /// <param name="warnings">Told when there are none; may be null.</param>
    public static void Copy(string model, string output, List<string> written, IProgress<string>? warnings)
    {
        string[] found = Directory.Exists(model) ? [.. s_names.Where(name => File.Exists(Path.Combine(model, name)))] : [];
        foreach (var name in found)
        {
            AtomicFile.Write(Path.Combine(output, name), File.ReadAllBytes(Path.Combine(model, name)));
            written.Add(name);
        }

        if (found.Length == 0)
        {
            warnings?.Report($"'{model}' has no files of a tokenizer beside its weights: the app has to bring its own.");
        }
    }
}
