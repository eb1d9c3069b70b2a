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

    /// <summary>The tokens of a text, with those that the file has set in front.</summary>
    public int[] Tokenize(string text) =>
        [.. _weights.Tokenize(text, add_bos: true, special: false, System.Text.Encoding.UTF8).Select(token => (int)token)];

    /// <summary>The logits after the token at <paramref name="start"/> and after each one behind it.</summary>
    public IReadOnlyList<float[]> Logits(IReadOnlyList<int> ids, int start)
    {
        using var context = _weights.CreateContext(_parameters);
        return Decode(context, ids, 0, ids.Count)[start..];
    }

    /// <summary>The logits after each token, with an adapter that acts from one of them on.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="adapterFile">A GGUF file.</param>
    /// <param name="adapterStart">The first token that carries the adapter: those before are computed without it.</param>
    public IReadOnlyList<float[]> AdaptedLogits(IReadOnlyList<int> ids, string adapterFile, int adapterStart)
    {
        var adapter = _weights.NativeHandle.LoadLoraFromFile(adapterFile);
        try
        {
            using var context = _weights.CreateContext(_parameters);
            float[][] before = adapterStart == 0 ? [] : Decode(context, ids, 0, adapterStart);
            context.NativeHandle.SetLoraAdapters([(adapter, 1f)]);
            return [.. before, .. Decode(context, ids, adapterStart, ids.Count)];
        }
        finally
        {
            adapter.Unload();
        }
    }

    private static float[][] Decode(LLamaContext context, IReadOnlyList<int> ids, int first, int end)
    {
        var batch = new LLamaBatch();
        for (var i = first; i < end; i++)
        {
            batch.Add((LLamaToken)ids[i], i, LLamaSeqId.Zero, logits: true);
        }

        Assert.Equal(DecodeResult.Ok, context.NativeHandle.Decode(batch));
        return [.. Enumerable.Range(0, end - first).Select(i => context.NativeHandle.GetLogitsIth(i).ToArray())];
    }

    /// <inheritdoc/>
    public void Dispose() => _weights.Dispose();
}
