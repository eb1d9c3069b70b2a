using MobiZO.TestKit.Golden;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>Every tiny GGUF file of a supported family, in ONNX Runtime and in llama.cpp (LLamaSharp 0.30.0).</summary>
public sealed class TinyModelTests(ITestOutputHelper output)
{
    // The README of the files measures 1e-5 between llama.cpp and transformers; ours may be as far on the other side. 7e-6 was found.
    private const double Tolerance = 2e-5;

    public static TheoryData<string> Models => [.. GoldenFamilies.GgufModels.Select(folder => Path.GetFileName(folder))];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Greedy_tokens_and_logits_agree(string name)
    {
        var folder = GoldenFamilies.GgufModels.Single(folder => Path.GetFileName(folder) == name);
        using var agreement = new LlamaCppAgreement(Path.Combine(folder, "model.gguf"), Tolerance);

        await agreement.CheckAsync([
            [1, 5, 20, 33],
            [1],
            [7, 250, 100, 9, 9, 9, 31, 200],
        ]);

        output.WriteLine(agreement.ToString());
    }
}
