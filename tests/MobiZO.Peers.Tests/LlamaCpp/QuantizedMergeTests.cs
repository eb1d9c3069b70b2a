using System.Runtime.InteropServices;
using System.Text.Json;
using LLama;
using LLama.Native;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Quantization;
using MobiZO.Merging;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>Matrices that are merged as Q4_K, beside those of llama.cpp's own quantiser.</summary>
public sealed class QuantizedMergeTests(ITestOutputHelper output) : IDisposable
{
    private const string Matrix = "blk.1.attn_q.weight";

    private const string Config = """
        {
          "model_type": "qwen2", "hidden_act": "silu", "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 2,
          "num_attention_heads": 4, "num_key_value_heads": 4, "vocab_size": 272, "max_position_embeddings": 256, "rms_norm_eps": 1e-05,
          "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}, "tie_word_embeddings": true, "bos_token_id": 1,
          "eos_token_id": 2
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-q4k-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Q4_K_is_as_near_as_that_of_llama_cpp_and_is_read_by_it()
    {
        var (plain, own, peer) = (PathOf("plain.gguf"), PathOf("own.gguf"), PathOf("peer.gguf"));
        await File.WriteAllBytesAsync(plain, Write().Build());
        using (var checkpoint = Checkpoint.Open(plain))
        {
            // B is zero: the matrices are those of the file, rounded.
            var linears = checkpoint.Description.Layers.SelectMany(layer => layer.Linears);
            var fresh = Adapters.LoraAdapter.CreateFresh(
                linears.Select(linear => (linear.Module, linear.InputSize, linear.OutputSize)),
                2,
                4,
                1
            );
            Assert.Equal(["Q4_K"], AdapterMerge.Write(checkpoint, fresh, own, MergedType.Q4_K).Types);
        }

        Assert.True(LLamaQuantizer.Quantize(plain, peer, LLamaFtype.MOSTLY_Q4_K_S, 1, allowRequantize: true, quantizeOutputTensor: false));
        var (exact, mine, theirs) = (Read(plain), Read(own), Read(peer));
        Assert.Equal((GgufTensorType.Q4_K, GgufTensorType.Q4_K), (mine.Type, theirs.Type));
        var (error, reference) = (Error(exact.Values, mine.Values), Error(exact.Values, theirs.Values));
        var same = mine.Bytes.Zip(theirs.Bytes).Count(pair => pair.First == pair.Second) / (double)mine.Bytes.Length;
        output.WriteLine(FormattableString.Invariant($"error {error:g4}, llama.cpp's {reference:g4}; {same:p2} of the bytes are the same"));
        Assert.InRange(error, 0, reference * 1.01);

        using var agreement = new LlamaCppAgreement(own, 2e-5);
        await agreement.CheckAsync([
            [1, 5, 20, 33],
            [7, 250, 100, 9, 9, 9, 31, 200],
        ]);
        output.WriteLine(agreement.ToString());
    }

    private static GgufBytes Write()
    {
        using var json = JsonDocument.Parse(Config);
        var model = new FamilyGguf(json.RootElement, new TinyModel(Config));
        var bytes = new GgufBytes();
        foreach (var (key, value) in model.Metadata)
        {
            bytes.Add(key, value);
        }

        foreach (var (name, shape, values) in model.Tensors)
        {
            bytes.Add(name, GgufTensorType.F32, shape, MemoryMarshal.AsBytes<float>(values).ToArray());
        }

        return bytes;
    }

    private static (GgufTensorType Type, float[] Values, byte[] Bytes) Read(string path)
    {
        using var file = GgufFile.Open(path);
        var tensor = file.Tensors[Matrix];
        var values = new float[tensor.Shape.Aggregate(1L, (product, extent) => product * extent)];
        file.Read(tensor, 0, values);
        using var bytes = file.Mapping.Borrow();
        return (tensor.Type, values, bytes.Slice(tensor.Offset, (int)tensor.ByteLength).ToArray());
    }

    private static double Error(float[] exact, float[] rounded) =>
        Math.Sqrt(exact.Zip(rounded, (x, y) => Math.Pow(x - y, 2)).Sum() / exact.Sum(x => (double)x * x));

    private string PathOf(string name) => Path.Combine(_folder, name);
}
