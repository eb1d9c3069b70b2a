using System.Text.Json;
using LLama;
using LLama.Native;
using MobiZO.Checkpoints;
using MobiZO.Peers.Tests.LlamaCpp;
using MobiZO.TestKit;
using Xunit.Abstractions;

namespace MobiZO.Slow.Tests.Generation;

/// <summary>SmolLM2-135M-Instruct (Q4_1, its embedding Q8_0) in ONNX Runtime and in llama.cpp (LLamaSharp 0.30.0).</summary>
public sealed class LlamaCppTests(ITestOutputHelper output)
{
    private const string Folder = "models/smollm2-135m-instruct";

    // As golden.json beside the model suggests for the same weights in torch; 5e-5 was found.
    // The activations of llama.cpp move a logit by 0.85 at most.
    private const double Tolerance = 2e-3;

    [SharedFact(Folder)]
    public async Task Greedy_tokens_and_logits_agree()
    {
        using var agreement = new LlamaCppAgreement(Model, Tolerance);

        await agreement.CheckAsync(Prompts(generations: int.MaxValue));

        output.WriteLine(agreement.ToString());
    }

    /// <summary>
    /// The same model as llama.cpp writes it in Q4_K_M: its rows of 1,536 are K-quants, those of 576 are no whole super-blocks and take
    /// other types.
    /// </summary>
    [SharedFact(Folder)]
    public async Task Greedy_tokens_and_logits_of_K_quants_agree()
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-k-quants-").FullName;
        try
        {
            var (plain, file) = (Path.Combine(folder, "f32.gguf"), Path.Combine(folder, "q4_k_m.gguf"));
            LlamaCppModel.Dequantize(Model, plain);
            Assert.True(LLamaQuantizer.Quantize(plain, file, LLamaFtype.MOSTLY_Q4_K_M, Environment.ProcessorCount));
            using (var checkpoint = Checkpoint.Open(file))
            {
                output.WriteLine(string.Join(", ", checkpoint.Tensors.Values.CountBy(tensor => tensor.StoredType)));
                Assert.Contains(checkpoint.Tensors.Values, tensor => tensor.StoredType is "Q4_K" or "Q6_K");
            }

            using var agreement = new LlamaCppAgreement(file, Tolerance);
            await agreement.CheckAsync(Prompts(generations: 1));
            output.WriteLine(agreement.ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Model => Directory.GetFiles(Shared.PathOf(Folder), "*.gguf").Single();

    private static int[][] Prompts(int generations)
    {
        var folder = Shared.PathOf(Folder);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        return
        [
            .. golden
                .RootElement.GetProperty("rows")
                .EnumerateArray()
                .Take(3)
                .Concat(golden.RootElement.GetProperty("generations").EnumerateArray().Take(generations))
                .Select(row => row.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray()),
        ];
    }
}
