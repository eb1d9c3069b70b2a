using MobiZO.TestKit.Gguf;

namespace MobiZO.Checkpoints.Tests.Gguf;

/// <summary>Models that are split into several GGUF files, as <c>gguf-split</c> writes them.</summary>
public sealed class GgufPartsTests : IDisposable
{
    private const string Norm = "model.norm.weight";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_part_opens_the_model(int part)
    {
        Write();
        using Checkpoint whole = Checkpoint.Open(_folder.Write("whole.gguf", TinyLlama.Gguf().Build()));
        using Checkpoint split = Checkpoint.Open(At(Name(part)));
        Assert.Equal(whole.Names, split.Names);
        Assert.All(whole.Names, name => Assert.Equal(TestReading.Whole(whole, name), TestReading.Whole(split, name)));
        Assert.Equal(whole.Config.EosTokenIds, split.Config.EosTokenIds);
        Assert.Equal("<1>", split.SpecialTokens["bos_token"]);
        Assert.Equal(whole.StoredBytes, split.StoredBytes);
    }

    [Fact]
    public void A_folder_of_parts_is_a_model()
    {
        Write();
        using Checkpoint split = Checkpoint.Open(_folder.Path);
        Assert.Equal(8, TestReading.Whole(split, Norm).Length);
        _folder.Write("other.gguf", TinyLlama.Gguf().Build());
        Assert.Contains("expected one .gguf file", Refused(_folder.Path), StringComparison.Ordinal);
    }

    /// <summary>A change in any part changes what is kept of the model.</summary>
    [Fact]
    public void Fingerprint_and_hash_are_those_of_all_parts()
    {
        Write();
        (string, string) before = Hashes();
        byte[] bytes = File.ReadAllBytes(At(Name(3)));
        bytes[^33] ^= 1;
        _folder.Write(Name(3), bytes);
        (string, string) after = Hashes();
        Assert.NotEqual(before.Item1, after.Item1);
        Assert.NotEqual(before.Item2, after.Item2);
    }

    [Fact]
    public void Missing_parts_are_named()
    {
        Write();
        File.Delete(At(Name(1)));
        File.Delete(At(Name(3)));
        string message = Refused(At(Name(2)));
        Assert.Contains("part 2 of 3", message, StringComparison.Ordinal);
        Assert.Contains($"found no {Name(1)}, {Name(3)}.", message, StringComparison.Ordinal);
        Assert.Equal(message, Refused(_folder.Path));
    }

    [Fact]
    public void Parts_that_were_renamed_are_refused()
    {
        Write();
        File.Move(At(Name(2)), At("second.gguf"));
        Assert.Contains("a file name that ends in '-00002-of-00003.gguf'", Refused(At("second.gguf")), StringComparison.Ordinal);
        File.Copy(At(Name(3)), At(Name(2)));
        Assert.Contains("'split.no': expected 1 by its name", Refused(At(Name(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_another_model_are_refused()
    {
        Write();
        _folder.Write(Name(2), Part(1, 4, 21, ["output_norm.weight"], isFirst: false).Build());
        Assert.Contains("'split.count': expected 3 by the names of the parts", Refused(At(Name(1))), StringComparison.Ordinal);
        _folder.Write(Name(2), Part(1, 3, 22, ["output_norm.weight"], isFirst: false).Build());
        Assert.Contains("'split.tensors.count': expected 20 by tiny-00001", Refused(At(Name(1))), StringComparison.Ordinal);
        _folder.Write(Name(2), Part(1, 3, 20, ["output_norm.weight"], isFirst: false).Build());
        Assert.Contains("'split.tensors.count': expected the", Refused(At(Name(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_parts_is_refused()
    {
        string[] names = [.. Names];
        _folder.Write(Name(1), Part(0, 3, 20, names[..1], isFirst: true).Build());
        _folder.Write(Name(2), Part(1, 3, 20, names[..1], isFirst: false).Build());
        _folder.Write(Name(3), Part(2, 3, 20, names[2..], isFirst: false).Build());
        Assert.Contains($"tensor '{names[0]}' is in ", Refused(At(Name(3))), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names => TinyLlama.Gguf().TensorNames;

    private static string Name(int part) => $"tiny-{part:00000}-of-00003.gguf";

    private string At(string name) => Path.Combine(_folder.Path, name);

    private static string Refused(string path) => Assert.Throws<CheckpointException>(() => Checkpoint.Open(path)).Message;

    // The metadata without tensors, then two parts of tensors.
    private void Write()
    {
        string[] names = [.. Names];
        _folder.Write(Name(1), Part(0, 3, names.Length, [], isFirst: true).Build());
        _folder.Write(Name(2), Part(1, 3, names.Length, names[..9], isFirst: false).Build());
        _folder.Write(Name(3), Part(2, 3, names.Length, names[9..], isFirst: false).Build());
    }

    private static GgufBytes Part(int number, int count, int tensors, IReadOnlyCollection<string> names, bool isFirst)
    {
        GgufBytes all = TinyLlama.Gguf();
        GgufBytes part = isFirst ? TinyLlama.Gguf() : new GgufBytes();
        if (isFirst)
        {
            foreach (string name in all.TensorNames)
            {
                part.Remove(name);
            }
        }

        part.Add("split.no", (ushort)number).Add("split.count", (ushort)count).Add("split.tensors.count", tensors);
        foreach (string name in names)
        {
            part.Take(all, name);
        }

        return part;
    }

    private (string Fingerprint, string Content) Hashes()
    {
        using Checkpoint split = Checkpoint.Open(At(Name(1)));
        return (split.Fingerprint, split.ContentHash(At("cache")));
    }
}
