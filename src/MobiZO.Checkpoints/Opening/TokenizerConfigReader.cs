using System.Text.Json;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Checkpoints.Opening;

/// <summary>Reads chat template and special tokens of a Hugging Face folder.</summary>
internal static class TokenizerConfigReader
{
    private static readonly string[] s_specialNames =
    [
        "bos_token",
        "eos_token",
        "unk_token",
        "sep_token",
        "pad_token",
        "cls_token",
        "mask_token",
    ];

    /// <summary>
    /// Special tokens by name (<c>bos_token</c>, ...), given as text or as an object with <c>content</c>; empty without the file.
    /// </summary>
    public static IReadOnlyDictionary<string, string> ReadSpecialTokens(JsonSection? json)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in s_specialNames.Where(name => json is not null && json.Has(name)))
        {
            tokens[name] = json!.Is(name, JsonValueKind.Object) ? json.OptionalSection(name)!.Text("content") : json.Text(name);
        }

        return tokens;
    }

    /// <summary>
    /// The template in <c>chat_template.jinja</c>, else the one in <c>tokenizer_config.json</c> (of a list: the one named default), else
    /// null.
    /// </summary>
    public static string? ReadChatTemplate(string folder, JsonSection? json)
    {
        string file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file))
        {
            try
            {
                return File.ReadAllText(file);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new CheckpointException($"{file}: the file could not be read: {error.Message}", error);
            }
        }

        if (json is null || !json.Is("chat_template", JsonValueKind.Array))
        {
            return json?.OptionalText("chat_template");
        }

        return json.Sections("chat_template").FirstOrDefault(template => template.Text("name") == "default")?.Text("template");
    }
}
