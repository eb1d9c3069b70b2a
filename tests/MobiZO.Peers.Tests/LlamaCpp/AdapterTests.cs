using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Merging;
using MobiZO.TestKit;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// Adapters that the peft library wrote, converted to GGUF or merged into a GGUF model, in llama.cpp: its logits are those of peft.
/// </summary>
public sealed class AdapterTests(ITestOutputHelper output) : IDisposable
{
    // The README of the adapters suggests it for another engine in fp32; 1.6e-5 at most was found.
    private const double Tolerance = 1e-4;

    private const string QueriesAndValues = "llama-qv";
    private const string Activated = "llama-alora";

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-llama-adapter-").FullName;

    private static string Model => Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_converted_adapter_has_the_logits_of_peft()
    {
        var file = Convert(QueriesAndValues, Model);
        using var llama = LlamaCppModel.Open(Model);
        foreach (var (ids, expected) in GoldenRows.Plain(QueriesAndValues, "logits"))
        {
            var found = llama.AdaptedLogits(ids, file, 0).SelectMany(row => row);
            Check(expected, found, llama.Logits(ids, 0).SelectMany(row => row));
        }
    }

    /// <summary>An activated adapter is the caller's to set: when the tokens that invoke it are reached.</summary>
    [Fact]
    public void An_activated_adapter_has_the_logits_of_peft()
    {
        var file = Convert(Activated, Model);
        using var llama = LlamaCppModel.Open(Model);
        foreach (var (ids, start, expected) in GoldenRows.Activated(Activated))
        {
            var found = llama.AdaptedLogits(ids, file, start).SelectMany(row => row);
            Check(expected, found, llama.Logits(ids, 0).SelectMany(row => row));
        }
    }

    /// <summary>A family whose files keep the order of rows, on a model that both engines dequantise.</summary>
    [Fact]
    public void An_adapter_of_every_matrix_moves_the_logits_as_ours()
    {
        var model = Shared.PathOf("fixtures", "gguf", "qwen2-q80", "model.gguf");
        var plain = Path.Combine(_folder, "f32.gguf");
        LlamaCppModel.Dequantize(model, plain);
        var file = Convert("qwen2-all-linear", model);
        using var llama = LlamaCppModel.Open(plain);
        using var ours = new OwnLogits(model, AdapterFiles.Load(GoldenRows.Folder("qwen2-all-linear")));
        foreach (var (ids, _) in GoldenRows.Plain("qwen2-all-linear", "logits"))
        {
            var found = llama.AdaptedLogits(ids, file, 0).SelectMany(row => row);
            Check(ours.Of(ids), found, llama.Logits(ids, 0).SelectMany(row => row));
        }
    }

    [Fact]
    public void A_merged_model_has_the_logits_of_peft()
    {
        var merged = Merge(MergedType.Auto);
        using var llama = LlamaCppModel.Open(merged);
        using var plain = LlamaCppModel.Open(Model);
        foreach (var (ids, expected) in GoldenRows.Plain(QueriesAndValues, "logits_merged"))
        {
            Check(expected, llama.Logits(ids, 0).SelectMany(row => row), plain.Logits(ids, 0).SelectMany(row => row));
        }
    }

    /// <summary>llama.cpp reads the blocks that are written as we read them.</summary>
    [Theory]
    [InlineData(MergedType.F16)]
    [InlineData(MergedType.Q8_0)]
    public async Task A_merged_model_of_smaller_types_agrees(MergedType type)
    {
        using var agreement = new LlamaCppAgreement(Merge(type), 2e-5);
        await agreement.CheckAsync([
            [1, 5, 20, 33],
            [7, 250, 100, 9, 9, 9, 31, 200],
        ]);
        output.WriteLine(agreement.ToString());
    }

    private string Convert(string adapter, string model)
    {
        var file = Path.Combine(_folder, "adapter.gguf");
        using var checkpoint = Checkpoint.Open(model);
        AdapterFiles.Save(AdapterFiles.Load(GoldenRows.Folder(adapter)), file, AdapterFormat.Gguf, checkpoint);
        return file;
    }

    private string Merge(MergedType type)
    {
        var file = Path.Combine(_folder, "merged.gguf");
        using var checkpoint = Checkpoint.Open(Model);
        AdapterMerge.Write(checkpoint, AdapterFiles.Load(GoldenRows.Folder(QueriesAndValues)), file, type);
        return file;
    }

    /// <summary>The adapter moves the logits by 100,000 times what the engines differ by: one that is ignored is seen.</summary>
    private void Check(IEnumerable<float> expected, IEnumerable<float> found, IEnumerable<float> withoutAdapter)
    {
        float[] values = [.. found];
        var (difference, moved) = (GoldenRows.Distance(expected, values), GoldenRows.Distance(withoutAdapter, values));
        output.WriteLine(FormattableString.Invariant($"differs by {difference:g3}; the adapter moves by {moved:g3}"));
        Assert.True(difference <= Tolerance, $"logits differ by {difference:g3}, tolerance {Tolerance:g3}");
        Assert.True(moved > 0.5, $"the adapter moves the logits by {moved:g3} only");
    }
}
