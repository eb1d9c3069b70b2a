using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Export;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.TestKit;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.GenAi;

/// <summary>Folders for ONNX Runtime GenAI, in GenAI itself: with adapters its logits are those of the peft library.</summary>
public sealed class GenAiFolderTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 1e-4;
    private const int Tokens = 16;
    private const string QueriesAndValues = "llama-qv";
    private const string Activated = "llama-alora";

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-genai-").FullName;

    private static string Model => Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Texts of different lengths in one batch, which GenAI pads, by GenAI's own tokenizer.</summary>
    [Theory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.Int8)]
    public async Task A_folder_continues_texts_as_we_do(WeightFormat weights)
    {
        string[] texts = ["Congratulations! You have won a free", "See you", "Subject: meeting at the station tomorrow\n\nDear all,"];
        using var model = LocalModel.Open(
            Path.Combine(Shared.Repository, "models", "nano"),
            new EngineOptions { Weights = weights, CacheFolder = Path.Combine(_folder, "cache") }
        );
        GenAiExport.Write(model, null, Path.Combine(_folder, "out"), weights);
        using var generator = new TextGenerator(model);
        using var peer = new GenAiModel(Path.Combine(_folder, "out"));
        foreach (var (text, (prompt, found)) in texts.Zip(peer.Continue(texts, Tokens)))
        {
            var own = await generator.GenerateAsync(text, new GenerationOptions { MaxNewTokens = Tokens });
            output.WriteLine($"{text}: {own.Text}");
            Assert.Equal(model.Tokenizer.Encode(text).Ids, prompt);
            Assert.Equal(own.TokenIds.Take(found.Length), found.Take(own.TokenIds.Count));
            Assert.True(own.TokenIds.Count >= 8, "too little is compared");
        }
    }

    [Fact]
    public void An_adapter_acts_from_the_start_and_another_can_be_set()
    {
        var none = Path.Combine(_folder, "none.onnx_adapter");
        using (var model = LocalModel.Open(Model))
        {
            var adapter = AdapterFiles.Load(GoldenRows.Folder(QueriesAndValues));
            GenAiExport.Write(model, adapter, Path.Combine(_folder, "out"));
            var zero = adapter with { Modules = [.. adapter.Modules.Select(Zero)] };
            AdapterFiles.Save(zero, none, AdapterFormat.OnnxAdapter, model.Checkpoint);
        }

        using var peer = new GenAiModel(Path.Combine(_folder, "out"));
        var set = Path.Combine(_folder, "out", GenAiExport.AdapterFile);
        foreach (var (ids, expected) in GoldenRows.Plain(QueriesAndValues, "logits"))
        {
            Check(Last(expected, ids.Length), peer.Logits(ids), peer.Logits(ids, none));
            Check(Last(expected, ids.Length), peer.Logits(ids, set), peer.Logits(ids, none));
        }
    }

    /// <summary>An activated adapter is the caller's to set: when the tokens that invoke it are reached.</summary>
    [Fact]
    public void An_activated_adapter_is_set_where_its_tokens_begin()
    {
        using (var model = LocalModel.Open(Model))
        {
            GenAiExport.Write(model, AdapterFiles.Load(GoldenRows.Folder(Activated)), Path.Combine(_folder, "out"));
            GenAiExport.Write(model, null, Path.Combine(_folder, "base"));
        }

        using var peer = new GenAiModel(Path.Combine(_folder, "out"));
        using var plain = new GenAiModel(Path.Combine(_folder, "base"));
        var file = Path.Combine(_folder, "out", GenAiExport.AdapterFile);
        foreach (var (ids, start, expected) in GoldenRows.Activated(Activated))
        {
            Check(Last(expected, ids.Length), peer.Logits(ids, file, start), peer.Logits(ids));
            Assert.True(GoldenRows.Distance(peer.Logits(ids), plain.Logits(ids)) <= Tolerance, "it acts before it is set");
        }
    }

    private static LoraModule Zero(LoraModule module) =>
        new(module.Name, module.Rank, module.InputSize, module.OutputSize, module.A, new float[module.B.Length]);

    private static float[] Last(float[] logits, int tokens) => logits[^(logits.Length / tokens)..];

    /// <summary>One that is ignored is seen: the adapter moves the logits by far more than the engines differ by.</summary>
    private void Check(float[] expected, float[] found, float[] withoutAdapter)
    {
        var (difference, moved) = (GoldenRows.Distance(expected, found), GoldenRows.Distance(withoutAdapter, found));
        output.WriteLine(FormattableString.Invariant($"differs by {difference:g3}; the adapter moves by {moved:g3}"));
        Assert.Equal(expected.Length, found.Length);
        Assert.True(difference <= Tolerance, $"logits differ by {difference:g3}, tolerance {Tolerance:g3}");
        Assert.True(moved > 0.25, $"the adapter moves the logits by {moved:g3} only");
    }
}
