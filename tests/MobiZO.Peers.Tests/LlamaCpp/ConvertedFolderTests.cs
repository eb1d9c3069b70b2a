using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Merging;
using MobiZO.Models;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// Hugging Face folders that are written as GGUF files, in llama.cpp: names, metadata and the order of rows are those it reads.
/// </summary>
public sealed class ConvertedFolderTests(ITestOutputHelper output) : IDisposable
{
    private const double Tolerance = 2e-5;
    private const double ToleranceOfGelu = 5e-3;

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-folder-").FullName;

    public static TheoryData<string> Folders =>
        [
            .. GoldenFamilies
                .Models.Select(folder => Path.GetFileName(folder)!)
                // llama.cpp leaves the windows of these two out.
                .Where(name => name is not ("phi3" or "starcoder2") && !FolderWithTokenizer.WithoutGguf.ContainsKey(name)),
        ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Greedy_tokens_and_logits_of_golden_folders_agree(string name)
    {
        var folder = FolderWithTokenizer.Make(Shared.PathOf("fixtures", "models", name), Path.Combine(_folder, "model"));
        var file = Path.Combine(_folder, "model.gguf");
        bool hasGelu;
        using (var model = Checkpoint.Open(folder))
        {
            GgufConversion.Write(model, null, file, MergedType.F32);
            hasGelu = model.Description.Layers[0].Mlp.Activation is ActivationKind.Gelu or ActivationKind.GeluTanh;
        }

        using var agreement = new LlamaCppAgreement(file, hasGelu ? ToleranceOfGelu : Tolerance);
        await agreement.CheckAsync([
            [1, 5, 20, 33],
            [7, 50, 100, 9, 9, 9, 31, 90],
        ]);
        output.WriteLine(agreement.ToString());
    }

    /// <summary>The bundled model in the types of smaller files; its tokenizer comes along.</summary>
    [Theory]
    [InlineData(MergedType.F16)]
    [InlineData(MergedType.Q4_K)]
    public async Task The_bundled_model_agrees(MergedType type)
    {
        var file = Path.Combine(_folder, "nano.gguf");
        int[] prompt;
        using (var model = LocalModel.Open(Path.Combine(Shared.Repository, "models", "nano")))
        {
            output.WriteLine(string.Join(", ", GgufConversion.Write(model.Checkpoint, null, file, type).Types));
            prompt = model.Tokenizer.Encode("Congratulations! You have won 1,000 pounds").Ids;
        }

        using var llama = LlamaCppModel.Open(file);
        Assert.Equal(prompt, llama.Tokenize("Congratulations! You have won 1,000 pounds"));
        using var agreement = new LlamaCppAgreement(file, 2e-4);
        await agreement.CheckAsync([prompt]);
        output.WriteLine(agreement.ToString());
    }
}
