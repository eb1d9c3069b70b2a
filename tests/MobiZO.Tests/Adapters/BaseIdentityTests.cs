using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.TestKit;

namespace MobiZO.Tests.Adapters;

/// <summary>An adapter tells which model it was made on, and another model is refused by what differs.</summary>
public sealed class BaseIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-base-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_same_files_elsewhere_are_the_same_model()
    {
        using var model = OpenCopy("one", _ => { });
        using var moved = OpenCopy("two", folder => File.WriteAllText(Path.Combine(folder, "README.md"), "other words"));
        var adapter = Saved(model);

        Assert.Equal("one", AdapterFiles.Load(adapter, moved, cacheFolder: _folder).Base!.Name);
    }

    [Theory]
    [InlineData("model.safetensors", "in weights.")]
    [InlineData("tokenizer.json", "in tokenizer.")]
    [InlineData("chat_template.jinja", "in chat template.")]
    public void What_differs_is_said_and_can_be_ignored(string file, string part)
    {
        using var model = OpenCopy("one", Complete);
        using var other = OpenCopy(
            "two",
            folder =>
            {
                Complete(folder);
                var bytes = File.ReadAllBytes(Path.Combine(folder, file));
                bytes[^1] ^= 1;
                File.WriteAllBytes(Path.Combine(folder, file), bytes);
            }
        );
        var adapter = Saved(model);

        var message = Assert.Throws<CheckpointException>(() => AdapterFiles.Load(adapter, other, cacheFolder: _folder)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.Contains("IgnoreBaseMismatch", message, StringComparison.Ordinal);
        Assert.NotNull(AdapterFiles.Load(adapter, other, ignoreBaseMismatch: true, _folder).Base);
    }

    [Fact]
    public void An_adapter_that_tells_nothing_is_taken()
    {
        using var model = OpenCopy("one", _ => { });
        Assert.Null(AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-qv"), model, cacheFolder: _folder).Base);
    }

    /// <summary>The hashes of a GGUF file say nothing of the folder that it was converted from; the template can be compared.</summary>
    [Fact]
    public void Another_format_is_compared_by_its_template_alone()
    {
        var identity = new BaseIdentity
        {
            Name = "a",
            Format = "gguf",
            Weights = "1",
            Tokenizer = "2",
            Template = "3",
        };
        Assert.Empty(identity.DifferencesFrom(identity with { Format = "safetensors", Weights = "8", Tokenizer = "9", Name = "b" }));
        Assert.Equal(["chat template"], identity.DifferencesFrom(identity with { Format = "safetensors", Template = null }));
        Assert.Equal(["weights", "tokenizer"], identity.DifferencesFrom(identity with { Weights = "8", Tokenizer = "9" }));
    }

    [Fact]
    public void An_adapter_without_a_base_takes_an_old_one_away()
    {
        using var model = OpenCopy("one", _ => { });
        var adapter = Saved(model);
        AdapterFiles.Save(AdapterFiles.Load(adapter) with { Base = null }, adapter);
        Assert.Null(AdapterFiles.Load(adapter).Base);
    }

    [Theory]
    [InlineData("{", "JSON")]
    [InlineData("{\"base\": 1}", "base")]
    [InlineData("{\"base\": {\"name\": \"a\"}}", "format")]
    public void A_damaged_file_is_named(string text, string part)
    {
        using var model = OpenCopy("one", _ => { });
        var adapter = Saved(model);
        File.WriteAllText(Path.Combine(adapter, "mobizo.json"), text);
        var message = Assert.Throws<CheckpointException>(() => AdapterFiles.Load(adapter)).Message;
        Assert.Contains("mobizo.json", message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    private static void Complete(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), "{{ messages }}");
    }

    private Checkpoint OpenCopy(string name, Action<string> change)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Shared.PathOf("fixtures", "models", "llama-gqa", file), Path.Combine(folder, file));
        }

        change(folder);
        return Checkpoint.Open(folder);
    }

    private string Saved(Checkpoint model)
    {
        var folder = Path.Combine(_folder, "adapter");
        AdapterFiles.Save(
            AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-qv")) with
            {
                Base = BaseIdentity.Of(model, _folder),
            },
            folder
        );
        return folder;
    }
}
