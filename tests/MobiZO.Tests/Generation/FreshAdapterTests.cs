using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Programs.Engines;
using MobiZO.TestKit;

namespace MobiZO.Tests.Generation;

/// <summary>A fresh adapter (B = 0) changes no bit of any logit, whatever its scope.</summary>
public sealed class FreshAdapterTests
{
    private static readonly string s_nano = Path.Combine(Shared.Repository, "models", "nano");

    [Theory]
    [InlineData(EngineCatalog.Reference)]
    [InlineData(EngineCatalog.OnnxRuntime)]
    public void ChangesNoLogit(string engine)
    {
        using var model = LocalModel.Open(s_nano, new EngineOptions { Name = engine });
        var adapter = LoraAdapter.CreateFresh(
            model.Assembler.LinearModules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            rank: 4,
            alpha: 8,
            seed: 1
        );
        var prompt = model.Tokenizer.Encode("The whale swam to the ship.").Ids;
        using var baseModel = new AdaptedModel(model, null, hasSingleRows: true, RunStyle.OneByOne);
        using var adaptedModel = new AdaptedModel(model, adapter, hasSingleRows: true, RunStyle.OneByOne);
        using var basePrograms = new GenerationPrograms(baseModel, null);
        using var adaptedPrograms = new GenerationPrograms(adaptedModel, AdapterTensors.Of(adapter));

        var expected = LogitsOfPromptAndToken(basePrograms, prompt, null);
        Assert.Equal(expected, LogitsOfPromptAndToken(adaptedPrograms, prompt, 0));

        // The suffix of scope activated goes through another program than the base model's prompt, so the base is cut at the same place.
        var cut = CutBase(basePrograms, prompt, prompt.Length - 2);
        Assert.Equal(cut, LogitsOfPromptAndToken(adaptedPrograms, prompt, prompt.Length - 2));
    }

    private static float[] LogitsOfPromptAndToken(GenerationPrograms programs, int[] prompt, int? adapterStart)
    {
        var stream = programs.Prefill(prompt, adapterStart);
        var first = stream.Logits.ToArray();
        programs.Add(stream, [5], isAdapted: adapterStart is not null);
        return [.. first, .. stream.Logits.Span];
    }

    private static float[] CutBase(GenerationPrograms programs, int[] prompt, int start)
    {
        var stream = programs.Prefill(prompt.AsSpan(0, start), null);
        programs.Add(stream, prompt.AsSpan(start), isAdapted: false);
        var first = stream.Logits.ToArray();
        programs.Add(stream, [5], isAdapted: false);
        return [.. first, .. stream.Logits.Span];
    }
}
