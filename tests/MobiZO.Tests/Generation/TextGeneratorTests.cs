using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.TestKit;

namespace MobiZO.Tests.Generation;

/// <summary>The bundled model, whose bytes make every character, so that sampling at a high temperature shows many of them.</summary>
public sealed class TextGeneratorTests : IDisposable
{
    private readonly LocalModel _model = LocalModel.Open(Path.Combine(Shared.Repository, "models", "nano"));

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task SameSeedSameText()
    {
        using var generator = new TextGenerator(_model);
        var options = new GenerationOptions
        {
            Temperature = 1,
            MaxNewTokens = 20,
            Seed = 1,
        };
        var first = await generator.GenerateAsync("It was", options);
        Assert.Equal(first.TokenIds, (await generator.GenerateAsync("It was", options)).TokenIds);
        Assert.NotEqual(first.TokenIds, (await generator.GenerateAsync("It was", options with { Seed = 2 })).TokenIds);
    }

    [Fact]
    public async Task ManyThreadsGetTheTextsOfOne()
    {
        using var generator = new TextGenerator(_model);
        var options = new GenerationOptions { MaxNewTokens = 8 };
        string[] prompts = [.. Enumerable.Range(0, 50).Select(i => string.Concat(Enumerable.Repeat($"It was {i} ", 1 + (i % 5))))];
        var alone = new List<string>();
        foreach (var prompt in prompts)
        {
            alone.Add((await generator.GenerateAsync(prompt, options)).Text);
        }

        using var fresh = new TextGenerator(_model);
        var together = await Task.WhenAll(
            Enumerable.Range(0, 4 * prompts.Length).Select(i => fresh.GenerateAsync(prompts[i % prompts.Length], options))
        );
        Assert.Equal(Enumerable.Range(0, together.Length).Select(i => alone[i % prompts.Length]), together.Select(text => text.Text));
    }

    [Fact]
    public async Task PiecesMakeTheText()
    {
        using var generator = new TextGenerator(_model);
        const string Prompt = "Größe: 😀 語";
        for (var seed = 0UL; seed < 3; seed++)
        {
            // At this temperature bytes of characters come in any order, whole and broken ones.
            var options = new GenerationOptions
            {
                Temperature = 50,
                MaxNewTokens = 40,
                Seed = seed,
            };
            var pieces = new List<string>();
            await foreach (var piece in generator.StreamAsync(Prompt, options))
            {
                pieces.Add(piece);
            }

            var whole = await generator.GenerateAsync(Prompt, options);
            Assert.Equal(whole.Text, string.Concat(pieces));
            Assert.Equal(_model.Tokenizer.Decode([.. whole.TokenIds]), whole.Text);
            Assert.DoesNotContain(pieces, piece => char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1]));
        }
    }

    [Fact]
    public async Task StopsBeforeAStopText()
    {
        using var generator = new TextGenerator(_model);
        var options = new GenerationOptions { MaxNewTokens = 24 };
        var free = await generator.GenerateAsync("It was", options);
        var stop = free.Text[8..12];
        var stopped = await generator.GenerateAsync("It was", options with { StopTexts = [stop] });
        Assert.Equal(GenerationEnd.StopText, stopped.End);
        Assert.Equal(free.Text[..free.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
    }

    [Fact]
    public async Task EndsWhenTheContextIsFull()
    {
        using var generator = new TextGenerator(_model);
        var most = _model.Checkpoint.Config.MaxPositions;
        int[] prompt = [.. Enumerable.Repeat(10, most - 3)];
        var text = await generator.GenerateAsync(prompt, new GenerationOptions { Temperature = 2 });
        Assert.Equal(GenerationEnd.ContextFull, text.End);
        Assert.Equal(3, text.TokenIds.Count);

        var error = await Assert.ThrowsAsync<GenerationException>(() => generator.GenerateAsync([.. prompt, 1, 2, 3]));
        Assert.Contains("The prompt has 512 tokens; the model's context holds 512", error.Message);
    }

    [Fact]
    public async Task PromptsAreChecked()
    {
        using var generator = new TextGenerator(_model);
        Assert.Contains("no tokens", (await Assert.ThrowsAsync<GenerationException>(() => generator.GenerateAsync(""))).Message);
        Assert.Contains("embeddings", (await Assert.ThrowsAsync<GenerationException>(() => generator.GenerateAsync([4096]))).Message);
        Assert.Contains(
            "TopK",
            (await Assert.ThrowsAsync<GenerationException>(() => generator.GenerateAsync("a", new GenerationOptions { TopK = -1 }))).Message
        );
    }

    [Fact]
    public async Task CancellingStops()
    {
        using var generator = new TextGenerator(_model);
        using var cancellation = new CancellationTokenSource();
        var pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in generator.StreamAsync("It was", cancellation: cancellation.Token))
            {
                pieces++;
                await cancellation.CancelAsync();
            }
        });
        Assert.Equal(1, pieces);
    }

    [Fact]
    public async Task ActivatedAdaptersActFromTheirLastInvocationOn()
    {
        var invocation = _model.Tokenizer.Encode("\nAnswer:").Ids;
        var adapter = Loud() with { InvocationTokens = invocation };
        var warnings = new List<string>();
        using var generator = new TextGenerator(_model, adapter, new Recorder(warnings));
        using var plain = new TextGenerator(_model);
        var options = new GenerationOptions { MaxNewTokens = 8 };

        var prompt = "It was\nAnswer: a day\nAnswer:";
        var adapted = await generator.GenerateAsync(prompt, options);
        Assert.Equal(adapted.PromptTokens - invocation.Length, adapted.AdapterStart);
        Assert.NotEqual((await plain.GenerateAsync(prompt, options)).TokenIds, adapted.TokenIds);
        Assert.Empty(warnings);

        var without = await generator.GenerateAsync("It was", options);
        Assert.Null(without.AdapterStart);
        Assert.Equal((await plain.GenerateAsync("It was", options)).TokenIds, without.TokenIds);
        Assert.Contains("base model answers alone", Assert.Single(warnings));
    }

    [Fact]
    public async Task ActivatedAtTheFirstTokenEqualsScopeAll()
    {
        var prompt = _model.Tokenizer.Encode("It was a day").Ids;
        using var all = new TextGenerator(_model, Loud());
        using var activated = new TextGenerator(_model, Loud() with { InvocationTokens = prompt[..1] });
        var expected = await all.GenerateAsync(prompt);
        var found = await activated.GenerateAsync(prompt);
        Assert.Equal(0, found.AdapterStart);
        Assert.Equal(expected.TokenIds, found.TokenIds);
    }

    /// <summary>An adapter that changes the text.</summary>
    private LoraAdapter Loud()
    {
        var modules = _model.Assembler.LinearModules.Where(module =>
            module.Name.EndsWith("q_proj", StringComparison.Ordinal) || module.Name.EndsWith("v_proj", StringComparison.Ordinal)
        );
        var fresh = LoraAdapter.CreateFresh(
            modules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            rank: 2,
            alpha: 8,
            seed: 1
        );
        var state = fresh.ToState();
        for (var i = 0; i < state.Length; i++)
        {
            state[i] = i % 3 == 0 ? 0.5f : -0.25f;
        }

        return fresh.WithState(state);
    }

    private sealed class Recorder(List<string> messages) : IProgress<string>
    {
        public void Report(string value) => messages.Add(value);
    }
}
