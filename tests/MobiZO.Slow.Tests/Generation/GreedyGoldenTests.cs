using System.Text.Json;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.TestKit;

namespace MobiZO.Slow.Tests.Generation;

/// <summary>Greedy text of a small trained model against transformers (versions in golden.json beside it).</summary>
public sealed class GreedyGoldenTests
{
    [SharedTheory("models/stories260K-hf")]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public async Task ContinuesTheStory(string engine)
    {
        var folder = Shared.PathOf("models/stories260K-hf");
        using var golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        var expected = golden.RootElement.GetProperty("greedy_from_bos");
        int[] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        using var model = LocalModel.Open(folder, new EngineOptions { Name = engine });
        using var generator = new TextGenerator(model);
        var options = new GenerationOptions { MaxNewTokens = ids.Length - 1 };

        var text = await generator.GenerateAsync(ids[..1], options);

        Assert.Equal(ids[1..], text.TokenIds);
        Assert.Equal(expected.GetProperty("text").GetString(), text.Text);
        Assert.Equal(GenerationEnd.MaxNewTokens, text.End);

        // The cache of keys and values must not depend on where the prompt ends.
        var later = await generator.GenerateAsync(ids[..30], options with { MaxNewTokens = ids.Length - 30 });
        Assert.Equal(ids[30..], later.TokenIds);
        Assert.Equal(text.Text, model.Tokenizer.Decode(ids.AsSpan(0, 30)) + later.Text);
    }
}
