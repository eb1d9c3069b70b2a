using MobiZO.Checkpoints;
using MobiZO.Merging;
using MobiZO.Models;
using MobiZO.TestKit;
using MobiZO.TestKit.Gguf;
using MobiZO.TestKit.Golden;

namespace MobiZO.Tests.Merging;

/// <summary>Hugging Face folders as GGUF files: the same model is read back, or the file is refused by what it cannot say.</summary>
public sealed class GgufConversionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-conversion-").FullName;

    public static TheoryData<string> Folders => [.. GoldenFamilies.Models.Select(folder => Path.GetFileName(folder))];

    private string Output => Path.Combine(_folder, "model.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_tensor_of_a_golden_folder_is_read_back(string name)
    {
        var folder = FolderWithTokenizer.Make(Shared.PathOf("fixtures", "models", name), Path.Combine(_folder, "model"));
        using var model = Checkpoint.Open(folder);
        if (FolderWithTokenizer.WithoutGguf.TryGetValue(name, out var refusal))
        {
            var error = Assert.Throws<CheckpointException>(() => GgufConversion.Write(model, null, Output, MergedType.F32));
            Assert.Contains(refusal, error.Message, StringComparison.Ordinal);
            Assert.Equal(["model"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
            return;
        }

        GgufConversion.Write(model, null, Output, MergedType.F32);
        using var written = Checkpoint.Open(Output);
        Assert.Equal(model.Names.Order(StringComparer.Ordinal), written.Names.Order(StringComparer.Ordinal));
        foreach (var tensor in model.Names)
        {
            Assert.Equal(Values(model, tensor), Values(written, tensor));
        }
    }

    /// <summary>The tokenizer comes along: a known name stands for its pre-tokenizer.</summary>
    [Theory]
    [InlineData(MergedType.Auto)]
    [InlineData(MergedType.Q4_K)]
    public void The_bundled_model_keeps_its_tokens(MergedType type)
    {
        using var folder = LocalModel.Open(Path.Combine(Shared.Repository, "models", "nano"));
        var result = GgufConversion.Write(folder.Checkpoint, null, Output, type);
        Assert.Equal(type == MergedType.Q4_K, result.Types.Contains("Q4_K"));
        using var file = LocalModel.Open(Output);
        foreach (var text in new[] { "Hello, world!  It's 2024.\n\n\tdone", "naïve 12345 \u4f60\u597d" })
        {
            Assert.Equal(folder.Tokenizer.Encode(text).Ids, file.Tokenizer.Encode(text).Ids);
        }

        // Of a file the known ends of a turn count as well.
        Assert.Subset(file.EndTokenIds.ToHashSet(), folder.EndTokenIds.ToHashSet());
        var error = Assert.Throws<FineTuneException>(() => GgufConversion.Write(folder.Checkpoint, null, Output));
        Assert.Equal(FineTuneFailure.Output, error.Failure);
        Assert.Throws<CheckpointException>(() => GgufConversion.Write(file.Checkpoint, null, Path.Combine(_folder, "other.gguf")));
    }

    private static float[] Values(Checkpoint model, string tensor)
    {
        var values = new float[model.FindShape(tensor)!.Aggregate(1, (product, extent) => product * extent)];
        model.Read(tensor, 0, values);
        return values;
    }
}
