using System.Text.Json;
using MobiZO.Models;
using MobiZO.Programs.Assembling;

namespace MobiZO.Export;

/// <summary>The file that ONNX Runtime GenAI reads first.</summary>
/// <remarks>
/// Source of the keys: onnxruntime-genai, <c>src/config.h</c> and <c>src/config.cpp</c>; a key that they do not have is an error there.
/// </remarks>
internal static class GenAiConfig
{
    public const string FileName = "genai_config.json";

    // Of GenAI's types this one is that of any decoder; those named after families switch things on that the program does not need.
    private const string ModelType = "decoder";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The file of a model.</summary>
    public static byte[] Of(LocalModel model)
    {
        var config = model.Assembler.Config;
        int[] ends = [.. model.EndTokenIds.Order()];
        var pad = IdOf(model, "pad_token") ?? (ends.Length > 0 ? ends[0] : 0);
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                Model = new
                {
                    Type = ModelType,
                    BosTokenId = config.BosTokenId ?? IdOf(model, "bos_token") ?? pad,
                    EosTokenId = ends,
                    PadTokenId = pad,
                    VocabSize = config.VocabularySize,
                    ContextLength = config.MaxPositions,
                    Decoder = new
                    {
                        SessionOptions = new { LogId = "onnxruntime-genai", ProviderOptions = Array.Empty<object>() },
                        Filename = GenAiExport.ModelFile,
                        HeadSize = config.HeadDimension,
                        config.HiddenSize,
                        NumAttentionHeads = config.HeadCount,
                        NumHiddenLayers = config.LayerCount,
                        NumKeyValueHeads = config.KeyValueHeadCount,
                        Inputs = new
                        {
                            ProgramNames.InputIds,
                            ProgramNames.AttentionMask,
                            ProgramNames.PositionIds,
                            PastKeyNames = Pattern(ProgramNames.HostPastKey(0)),
                            PastValueNames = Pattern(ProgramNames.HostPastValue(0)),
                        },
                        Outputs = new
                        {
                            ProgramNames.Logits,
                            PresentKeyNames = Pattern(ProgramNames.PresentKey(0)),
                            PresentValueNames = Pattern(ProgramNames.PresentValue(0)),
                        },
                    },
                },
                Search = new
                {
                    DoSample = false,
                    MaxLength = config.MaxPositions,
                    PastPresentShareBuffer = false,
                },
            },
            s_json
        );
    }

    private static string Pattern(string nameOfFirst) => nameOfFirst.Replace("0", "%d", StringComparison.Ordinal);

    private static int? IdOf(LocalModel model, string name) =>
        model.Checkpoint.SpecialTokens.GetValueOrDefault(name) is { } text
        && model.Tokenizer.TokenToId(text) is { } id
        && id < model.Assembler.Config.VocabularySize
            ? id
            : null;
}
