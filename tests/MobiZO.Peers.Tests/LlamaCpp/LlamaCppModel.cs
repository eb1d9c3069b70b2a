using LLama;
using LLama.Common;
using LLama.Native;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// llama.cpp on a GGUF file. Keys and values are fp32 and attention is the plain one, so that only the matrices' arithmetic may differ from
/// ours.
/// </summary>
internal sealed class LlamaCppModel : IDisposable
{
    private const int Context = 128;

    private readonly ModelParams _parameters;
    private readonly LLamaWeights _weights;

    static LlamaCppModel()
    {
        NativeLibraryConfig.All.WithLogCallback(
            (level, message) =>
            {
                if (level == LLamaLogLevel.Error)
                {
                    Console.Error.Write(message);
                }
            }
        );

        // The quantiser does not look for the library itself.
        NativeApi.llama_empty_call();
    }

    private LlamaCppModel(ModelParams parameters)
    {
        _parameters = parameters;
        _weights = LLamaWeights.LoadFromFile(parameters);
    }

    /// <summary>Opens a GGUF file.</summary>
    public static LlamaCppModel Open(string path) =>
        new(
            new ModelParams(path)
            {
                ContextSize = Context,
                GpuLayerCount = 0,
                Threads = Environment.ProcessorCount,
                BatchThreads = Environment.ProcessorCount,
                TypeK = GGMLType.GGML_TYPE_F32,
                TypeV = GGMLType.GGML_TYPE_F32,
                FlashAttention = false,
            }
        );

    /// <summary>
    /// Writes the same model with every matrix dequantised by llama.cpp: it then multiplies in fp32 and quantises no activations.
    /// </summary>
    public static void Dequantize(string source, string target)
    {
        var threads = Environment.ProcessorCount;
        Assert.True(
            LLamaQuantizer.Quantize(source, target, LLamaFtype.ALL_F32, threads, allowRequantize: true, quantizeOutputTensor: true)
        );
    }

    /// <summary>The logits after the token at <paramref name="start"/> and after each one behind it.</summary>
    public IReadOnlyList<float[]> Logits(IReadOnlyList<int> ids, int start)
    {
        using var context = _weights.CreateContext(_parameters);
        var batch = new LLamaBatch();
        for (var i = 0; i < ids.Count; i++)
        {
            batch.Add((LLamaToken)ids[i], i, LLamaSeqId.Zero, logits: i >= start);
        }

        Assert.Equal(DecodeResult.Ok, context.NativeHandle.Decode(batch));
        return [.. Enumerable.Range(start, ids.Count - start).Select(i => context.NativeHandle.GetLogitsIth(i).ToArray())];
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
