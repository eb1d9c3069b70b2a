namespace MobiZO.Checkpoints.Tests;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_opens_and_reads()
    {
        TinyLlama.WriteFolder(_folder);
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Assert.Equal([16, 8], checkpoint.FindShape("model.embed_tokens.weight"));
        Assert.Null(checkpoint.FindShape("lm_head.weight"));
        Assert.Equal(TinyLlama.Tensors().Sum(tensor => (long)tensor.Data.Length), checkpoint.StoredBytes);
        Assert.Equal(_folder.Path, checkpoint.Path);
        var part = new float[3];
        checkpoint.Read("model.norm.weight", 5, part);
        Assert.Equal([19005, 19006, 19007], part);
        Assert.Throws<CheckpointException>(() => checkpoint.Read("model.norm.weight", 6, part));
        Assert.Throws<CheckpointException>(() => checkpoint.Read("model.norm.weight", -1, part));
        Assert.Contains("'nothing'", Assert.Throws<CheckpointException>(() => checkpoint.Read("nothing", 0, part)).Message);
    }

    [Fact]
    public void A_folder_with_one_gguf_file_opens_that()
    {
        _folder.Write("a.gguf", TinyLlama.Gguf().Build());
        _folder.Write("tokenizer.json", "{}");
        using (Checkpoint checkpoint = Checkpoint.Open(_folder.Path))
        {
            Assert.Equal(CheckpointFormat.Gguf, checkpoint.Format);
            Assert.Equal(Path.Combine(_folder.Path, "a.gguf"), checkpoint.Path);
            Assert.NotNull(checkpoint.TokenizerFile);
        }

        _folder.Write("b.gguf", TinyLlama.Gguf().Build());
        Assert.Contains("a.gguf, b.gguf", Refused(_folder.Path));
    }

    [Fact]
    public void Paths_that_hold_no_checkpoint_are_explained()
    {
        Assert.Contains("no such file or folder", Refused(Path.Combine(_folder.Path, "missing")));
        Assert.Contains("found neither", Refused(_folder.Path));
        Assert.Contains("found another file", Refused(_folder.Write("model.bin", "x")));
        Assert.Contains("Give the folder", Refused(_folder.Write("model-1.safetensors", "x")));
        Assert.Contains("Give the folder", Refused(_folder.Write("config.json", TinyLlama.Config)));
        Assert.Contains("PyTorch", Refused(_folder.Path));
    }

    [Fact]
    public void The_fingerprint_follows_weights_and_config()
    {
        TinyLlama.WriteFolder(_folder);
        string first = Fingerprint();
        Assert.Equal(64, first.Length);
        Assert.Equal(first, Fingerprint());

        var tensors = TinyLlama.Tensors();
        tensors[7].Data[1] ^= 1;
        TinyLlama.WriteFolder(_folder, tensors);
        string changed = Fingerprint();
        Assert.NotEqual(first, changed);

        TinyLlama.WriteFolder(_folder, tensors, TinyLlama.Config.Replace("32", "33", StringComparison.Ordinal));
        Assert.NotEqual(changed, Fingerprint());
    }

    [Fact]
    public void The_fingerprint_does_not_depend_on_the_folder()
    {
        using var other = new TemporaryFolder();
        TinyLlama.WriteFolder(_folder);
        TinyLlama.WriteFolder(other);
        using Checkpoint checkpoint = Checkpoint.Open(other.Path);
        Assert.Equal(Fingerprint(), checkpoint.Fingerprint);
    }

    [Fact]
    public void Many_threads_read_at_once()
    {
        TinyLlama.WriteFolder(_folder);
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        Parallel.For(
            0,
            200,
            i =>
            {
                string name = $"model.layers.{i % 2}.mlp.up_proj.weight";
                Assert.Equal(i % 2 == 0 ? 8000 : 17000, TestReading.Whole(checkpoint, name)[0]);
            }
        );
    }

    private static string Refused(string path) => Assert.Throws<CheckpointException>(() => Checkpoint.Open(path)).Message;

    private string Fingerprint()
    {
        using Checkpoint checkpoint = Checkpoint.Open(_folder.Path);
        return checkpoint.Fingerprint;
    }
}
