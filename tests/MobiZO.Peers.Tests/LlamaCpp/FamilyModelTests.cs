using System.Runtime.InteropServices;
using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Quantization;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;
using MobiZO.TestKit.Tiny;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// Families that have no GGUF file among the golden cases, written as llama.cpp's converter writes them: our logits of the file are
/// llama.cpp's.
/// </summary>
public sealed class FamilyModelTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 2e-5;

    // llama.cpp computes GELU from a table of fp16 numbers, and by its tanh form whatever the model was trained with. 2.7e-3 was found.
    private const double ToleranceOfGelu = 5e-3;

    private static readonly (string Key, object Value)[] s_yarn =
    [
        ("rope.scaling.type", "yarn"),
        ("rope.scaling.factor", 4f),
        ("rope.scaling.original_context_length", 32u),
    ];

    private static readonly (string Key, object Value)[] s_linear = [("rope.scaling.type", "linear"), ("rope.scaling.factor", 4f)];

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-families-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Folders => [.. FamilyGguf.LlamaCppFolders];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Golden_folders_as_files(string name)
    {
        var path = Shared.PathOf("fixtures", "models", name);
        using var source = Checkpoint.Open(path);
        var config = await File.ReadAllTextAsync(Path.Combine(path, "config.json"));

        // A context of llama.cpp has 256 tokens at least, and it takes the long divisors when that is more than the original context.
        config = config.Replace(
            "original_max_position_embeddings\": 64",
            "original_max_position_embeddings\": 256",
            StringComparison.Ordinal
        );
        using var json = JsonDocument.Parse(
            config.Replace("\"max_position_embeddings\": 256", "\"max_position_embeddings\": 1024", StringComparison.Ordinal)
        );

        // llama.cpp leaves the window of Phi-3 out.
        var hasGelu = source.Description.Layers[0].Mlp.Activation is ActivationKind.Gelu or ActivationKind.GeluTanh;
        await CheckAsync(new FamilyGguf(json.RootElement, source) { Window = 0 }, hasGelu ? ToleranceOfGelu : Tolerance);
    }

    [Theory]
    [InlineData("yarn")]
    [InlineData("linear")]
    public async Task Scalings(string kind)
    {
        var path = Shared.PathOf("fixtures", "models", "qwen2");
        using var source = Checkpoint.Open(path);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(path, "config.json")));
        await CheckAsync(new FamilyGguf(json.RootElement, source) { Scaling = kind == "yarn" ? s_yarn : s_linear }, Tolerance);
    }

    [Theory]
    [InlineData("7B")]
    [InlineData("40B")]
    public async Task Falcon(string kind)
    {
        var config = kind == "7B" ? TinyConfigs.Falcon7(272) : TinyConfigs.Falcon40(272);
        using var json = JsonDocument.Parse(config);
        await CheckAsync(new FamilyGguf(json.RootElement, new TinyModel(config)), ToleranceOfGelu);
    }

    private async Task CheckAsync(FamilyGguf model, double tolerance)
    {
        var bytes = new GgufBytes();
        foreach (var (key, value) in model.Metadata)
        {
            bytes.Add(key, value);
        }

        foreach (var (name, shape, values) in model.Tensors)
        {
            bytes.Add(name, GgufTensorType.F32, shape, MemoryMarshal.AsBytes<float>(values).ToArray());
        }

        var file = Path.Combine(_folder, "model.gguf");
        await File.WriteAllBytesAsync(file, bytes.Build());
        using var agreement = new LlamaCppAgreement(file, tolerance);
        await agreement.CheckAsync([
            [1, 5, 20, 33],
            [1],
            [7, 250, 100, 9, 9, 9, 31, 200],
        ]);
        output.WriteLine(agreement.ToString());
    }
}
