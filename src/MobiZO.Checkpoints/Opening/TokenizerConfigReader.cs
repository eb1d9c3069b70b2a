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
    /// Special tokens by name (<c>bos_token</c>, ...), given as text or as an object with <c>content</c>; empty without the files.
    /// </summary>
    /// <param name="json"><c>tokenizer_config.json</c>, or null.</param>
    /// <param name="map">
    /// <c>special_tokens_map.json</c>, or null. As in transformers it speaks first, but only where the other file lists no
    /// <c>added_tokens_decoder</c>: older folders.
    /// </param>
    public static IReadOnlyDictionary<string, string> ReadSpecialTokens(JsonSection? json, JsonSection? map)
    {
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal);
        JsonSection?[] sources = json?.Has("added_tokens_decoder") == true ? [json] : [json, map];
        foreach (JsonSection source in sources.OfType<JsonSection>())
        {
            foreach (string name in s_specialNames.Where(source.Has))
            {
                tokens[name] = source.Is(name, JsonValueKind.Object) ? source.OptionalSection(name)!.Text("content") : source.Text(name);
            }
        }

        return tokens;
    }

    /// <summary>A flag such as <c>add_bos_token</c>; null when the file does not say.</summary>
    public static bool? ReadFlag(JsonSection? json, string name) => json?.Has(name) == true ? json.Flag(name) : null;

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
