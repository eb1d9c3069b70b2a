using System.Text.Encodings.Web;
using System.Text.Json;
using MobiZO.Checkpoints.Storage;
using MobiZO.Models;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Export;

/// <summary>The files of a model's tokenizer, which other engines read for themselves.</summary>
internal static class TokenizerFiles
{
    private const string Tokenizer = "tokenizer.json";
    private const string Config = "tokenizer_config.json";

    // Names of classes that ONNX Runtime GenAI knows. It splits texts of SentencePiece at words, as Llama 3 does, but for the second one.
    private const string AnyClass = "PreTrainedTokenizerFast";
    private const string WholeTextClass = "GemmaTokenizer";

    private static readonly string[] s_names =
    [
        Tokenizer,
        "tokenizer.model",
        Config,
        "special_tokens_map.json",
        "chat_template.jinja",
        "generation_config.json",
    ];

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>
    /// Copies those that lie beside the weights, or writes those of the tokenizer inside of a GGUF file. Those of an export before are
    /// removed where this model has none.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="output">The folder to write to.</param>
    /// <param name="written">Gets their names.</param>
    /// <param name="warnings">Told when there are none; may be null.</param>
    public static void Write(LocalModel model, string output, List<string> written, IProgress<string>? warnings)
    {
        if (model.GgufVocabulary is { } vocabulary)
        {
            WriteGguf(model, vocabulary, output, written, warnings);
        }
        else
        {
            Copy(model.Checkpoint.Path, output, written, warnings);
        }

        foreach (var name in s_names.Except(written, StringComparer.Ordinal))
        {
            File.Delete(Path.Combine(output, name));
        }
    }

    private static void Copy(string path, string output, List<string> written, IProgress<string>? warnings)
    {
        string[] found = Directory.Exists(path) ? [.. s_names.Where(name => File.Exists(Path.Combine(path, name)))] : [];
        foreach (var name in found)
        {
            AtomicFile.Write(Path.Combine(output, name), File.ReadAllBytes(Path.Combine(path, name)));
            written.Add(name);
        }

        if (found.Length == 0)
        {
            warnings?.Report($"'{path}' has no files of a tokenizer beside its weights: the app has to bring its own.");
        }
    }

    private static void WriteGguf(
        LocalModel model,
        GgufVocabulary vocabulary,
        string output,
        List<string> written,
        IProgress<string>? warnings
    )
    {
        byte[] content;
        try
        {
            content = MobiZO.Text.Tokenizers.Tokenizer.JsonOfGguf(vocabulary);
        }
        catch (TokenizerException error)
        {
            warnings?.Report($"No files of a tokenizer are written, and the app has to bring its own: {error.Message}");
            return;
        }

        AtomicFile.Write(Path.Combine(output, Tokenizer), content);
        AtomicFile.Write(Path.Combine(output, Config), ConfigOf(model, vocabulary));
        written.AddRange([Tokenizer, Config]);
    }

    private static byte[] ConfigOf(LocalModel model, GgufVocabulary vocabulary)
    {
        var special = model.Checkpoint.SpecialTokens;
        var (ids, bare) = (model.Tokenizer.Encode("a").Ids, model.Tokenizer.Encode("a", addSpecialTokens: false).Ids);
        var start = ids.AsSpan().IndexOf(bare);
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                TokenizerClass = vocabulary.Model == "llama" ? WholeTextClass : AnyClass,
                BosToken = special.GetValueOrDefault("bos_token"),
                EosToken = special.GetValueOrDefault("eos_token"),
                UnkToken = special.GetValueOrDefault("unk_token"),
                PadToken = special.GetValueOrDefault("pad_token"),
                AddBosToken = start > 0,
                AddEosToken = start + bare.Length < ids.Length,
                CleanUpTokenizationSpaces = false,
                ModelMaxLength = model.Assembler.Config.MaxPositions,
                model.Checkpoint.ChatTemplate,
            },
            s_json
        );
    }
}
