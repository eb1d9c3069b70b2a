using System.Text.Json;
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
        var folder = Shared.PathOf(Folder);
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        var (rows, generations) = (golden.RootElement.GetProperty("rows"), golden.RootElement.GetProperty("generations"));
        var prompts = rows.EnumerateArray()
            .Take(3)
            .Concat(generations.EnumerateArray())
            .Select(row => row.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32()).ToArray());
        using var agreement = new LlamaCppAgreement(Directory.GetFiles(folder, "*.gguf").Single(), Tolerance);

        await agreement.CheckAsync(prompts);

        output.WriteLine(agreement.ToString());
    }
}
