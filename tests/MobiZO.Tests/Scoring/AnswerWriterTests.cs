using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Scoring;
using MobiZO.TestKit;

namespace MobiZO.Tests.Scoring;

/// <summary>Copies that answer together write what each would write alone.</summary>
public sealed class AnswerWriterTests
{
    private const int MostTokens = 10;

    private static readonly string s_nano = Path.Combine(Shared.Repository, "models", "nano");

    private static readonly string[] s_prompts =
    [
        "The whale swam.\nAnswer:",
        "It was a dark night, and nobody came.\nAnswer:",
        "A\nAnswer:",
    ];

    [Theory]
    [InlineData(EngineCatalog.Reference, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.Activated)]
    [InlineData(EngineCatalog.OnnxRuntime, AdapterScope.All)]
    public async Task EveryCopyAnswersAsItWouldAlone(string engine, AdapterScope scope)
    {
        using var model = LocalModel.Open(s_nano, new EngineOptions { Name = engine });
        int[][] prompts = [.. s_prompts.Select(prompt => model.Tokenizer.Encode(prompt).Ids)];
        var ending = prompts[0][^2..];
        Assert.All(prompts, prompt => Assert.Equal(ending, prompt[^2..]));
        var adapter = LoraAdapter.CreateFresh(
            model.Assembler.LinearModules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            rank: 2,
            alpha: 4,
            seed: 1
        ) with
        {
            InvocationTokens = scope == AdapterScope.Activated ? ending : [],
        };
        var total = adapter.Layout.Total;
        var random = new Random(7);
        float[] noise = [.. Enumerable.Range(0, 2 * total).Select(_ => (float)(random.NextDouble() - 0.5))];
        float[] b = [.. Enumerable.Range(0, total).Select(_ => (float)(random.NextDouble() - 0.5) / 20)];
        (int Query, float Coefficient)[] plan = [(0, 0), (0, 0.3f), (1, 0.3f), (1, -0.3f)];

        var together = WriteTogether(model, adapter, prompts, b, noise, plan);

        var copies = new List<IReadOnlyList<int>>();
        foreach (var (query, coefficient) in plan)
        {
            float[] state = [.. b.Select((value, index) => value + (coefficient * noise[(query * total) + index]))];
            using var generator = new TextGenerator(model, adapter.WithState(state));
            foreach (var prompt in prompts)
            {
                copies.Add((await generator.GenerateAsync(prompt, new GenerationOptions { MaxNewTokens = MostTokens })).TokenIds);
            }
        }

        Assert.Equal(copies, together);
        Assert.True(copies.Select(tokens => string.Join(' ', tokens)).Distinct().Count() > prompts.Length, "the copies differ in nothing");
    }

    private static IReadOnlyList<int[]?> WriteTogether(
        LocalModel model,
        LoraAdapter adapter,
        int[][] prompts,
        float[] b,
        float[] noise,
        (int Query, float Coefficient)[] plan
    )
    {
        using var adapted = new AdaptedModel(model, adapter, hasSingleRows: false, RunStyle.OneByOne);
        EncodedExample[] rows =
        [
            .. prompts.Select(prompt => new EncodedExample
            {
                LineNumber = 1,
                PromptIds = prompt,
                AnswerIds = [1],
                InvocationStart = prompt.Length - 2,
                WasTruncated = false,
            }),
        ];
        var examples = rows.Select(row => AnswerWriter.ExampleOf(row, adapted.Start)).ToArray();
        using var store = adapted.OpenStore(examples, new PrefixCacheOptions(PrefixCacheType.Fp32, 1 << 30, null, 1024));
        using var writer = new AnswerWriter(adapted, MostTokens);
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal)
        {
            [ProgramNames.Noise] = HostTensor.Of(noise, 2, b.Length),
            [ProgramNames.QueryIndex] = HostTensor.Of([.. plan.Select(copy => (long)copy.Query)], plan.Length),
            [ProgramNames.Coefficients] = HostTensor.Of([.. plan.Select(copy => copy.Coefficient)], plan.Length),
        };
        AdapterTensors.Of(adapter, b).AddTo(inputs);
        return writer.Write(examples, new AnswerCopies(plan.Length, inputs), store, [0, 1, 2]);
    }
}
