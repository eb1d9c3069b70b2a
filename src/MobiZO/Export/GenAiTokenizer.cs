using MobiZO.Text.Tokenizers;

namespace MobiZO.Export;

/// <summary>What the tokenizer inside of ONNX Runtime GenAI cannot read of the files that are written for a GGUF file.</summary>
/// <remarks>
/// It knows expressions by their text (onnxruntime-extensions, <c>bpe_utils.hpp</c>) and gives all others to an engine without classes of
/// Unicode. Version 0.18 was run with every pre-tokenizer that GGUF files name.
/// </remarks>
internal static class GenAiTokenizer
{
    private static readonly HashSet<string> s_unknown = new(StringComparer.Ordinal)
    {
        "default",
        "minicpm5",
        "deepseek-llm",
        "deepseek-coder",
        "falcon",
        "tiny_aya",
        "cohere2moe",
        "bloom",
        "gpt3-finnish",
        "poro-chat",
        "viking",
        "superbpe",
        "exaone-moe",
        "youtu",
    };

    /// <summary>Tells of a pre-tokenizer that GenAI does not know.</summary>
    /// <param name="vocabulary">The vocabulary; null: it is not that of a GGUF file.</param>
    /// <param name="warnings">Told; may be null.</param>
    public static void Check(GgufVocabulary? vocabulary, IProgress<string>? warnings)
    {
        if (vocabulary is { Model: "gpt2" } && s_unknown.Contains(vocabulary.Pre ?? "default"))
        {
            warnings?.Report(
                $"The tokenizer of ONNX Runtime GenAI does not know the expressions of the pre-tokenizer '{vocabulary.Pre ?? "default"}', and "
                    + "must not be made from this folder: encode texts in the app, for example with the Hugging Face tokenizers library, "
                    + "which reads the tokenizer.json."
            );
        }
    }
}
