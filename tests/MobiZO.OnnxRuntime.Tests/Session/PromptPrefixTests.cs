using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

/// <summary>
/// What is computed once per example (keys and values, hidden states) changes no number, against a plain forward in double.
/// </summary>
public sealed class PromptPrefixTests
{
    private const double Tolerance = 2e-5;

    public static TheoryData<bool, int> Cases =>
        new()
        {
            { false, 4 },
            { false, 2 },
            { false, 1 },
            { true, 4 },
            { true, 2 },
            { true, 1 },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Answers_over_a_cached_prompt_equal_a_full_forward_with_the_adapter_on_the_suffix_only(bool isOnnx, int keyValueHeads)
    {
        using var setting = new Setting(isOnnx, keyValueHeads);
        var random = new PlainRandom(4);

        // (prompt, suffix start, answer): nothing cached; one suffix token; several; long answers; lengths that differ by row.
        PromptExample[] examples =
        [
            .. new[] { (5, 0, 1), (1, 0, 3), (9, 8, 1), (9, 8, 4), (7, 3, 2), (12, 1, 3), (2, 1, 1) }.Select(entry => new PromptExample(
                random.Tokens(entry.Item1, 40),
                entry.Item2,
                random.Tokens(entry.Item3, 40),
                [],
                0
            )),
        ];
        using var score = setting.Engine.Load(setting.Model.Assembler.Score(setting.Adapter, PrefixKind.KeyValues), setting.Model);
        foreach (var batch in examples.Select(example => new[] { example }).Append(examples).Append([.. examples.Reverse()]))
        {
            var feed = StepFeed.Create(StepLossKind.Tokens, batch, 1);
            var values = score.Run(setting.WithPrompts(feed.Inputs, batch))[ProgramNames.LogProbabilities].Floats;
            var next = 0;
            foreach (var example in batch)
            {
                var expected = setting.Oracle.Score(example, example.Answer, setting.B);
                var actual = example.Answer.Sum(_ => (double)values[next++]);
                Assert.True(
                    Math.Abs(expected - actual) <= Tolerance * example.Answer.Length,
                    $"prompt {example.Prompt.Length} from {example.SuffixStart}: {actual}, expected {expected}"
                );
            }
        }
    }

    /// <summary>The adapter must act in the suffix and must not act before it: both other placements give other numbers.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_place_of_the_adapter_matters(bool isOnnx, int keyValueHeads)
    {
        using var setting = new Setting(isOnnx, keyValueHeads);
        var tokens = new PlainRandom(5).Tokens(8, 40);
        var (all, suffix, none) = (
            setting.Oracle.Logits(tokens, 0, setting.B)[^1],
            setting.Oracle.Logits(tokens, 6, setting.B)[^1],
            setting.Oracle.Logits(tokens, 8, setting.B)[^1]
        );
        Assert.True(all.Zip(suffix, (x, y) => Math.Abs(x - y)).Max() > 1e-2);
        Assert.True(none.Zip(suffix, (x, y) => Math.Abs(x - y)).Max() > 1e-2);
    }

    /// <summary>Large enough for every operator to be cut among the threads.</summary>
    [Fact]
    public void Prompts_computed_by_one_thread_and_by_several_have_the_same_bits()
    {
        var model = new TinyLlama(layers: 2, heads: 4, keyValueHeads: 2, hidden: 256, headDimension: 64);
        using var folder = new TemporaryFolder();
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path, Threads = 2 });
        var program = model.Assembler.Prefix(PrefixKind.KeyValues);
        using var together = engine.Load(program, model);
        using var sideBySide = engine.Load(program, model, RunStyle.SideBySide);
        Assert.Equal((1, 2), (together.Width, sideBySide.Width));

        var random = new PlainRandom(6);
        var inputs = new Dictionary<string, HostTensor>
        {
            [ProgramNames.InputIds] = HostTensor.Of(Array.ConvertAll(random.Tokens(7 * 33, 40), id => (long)id), 7, 33),
            [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(0, 7 * 33).Select(index => (long)(index % 33))], 7, 33),
        };
        var expected = together.Run(inputs);
        foreach (
            var results in Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(2).Select(_ => sideBySide.Run(inputs)).ToArray()
        )
        {
            Assert.All(expected, output => Assert.Equal(output.Value.Floats, results[output.Key].Floats));
        }
    }

    /// <summary>A long prompt of another row pads the cache; what lies in the padding must not matter.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Cached_padding_is_not_seen(bool isOnnx, int keyValueHeads)
    {
        using var setting = new Setting(isOnnx, keyValueHeads);
        PromptExample example = new([1, 2, 3, 4], 3, [5], [], 0);
        using var score = setting.Engine.Load(setting.Model.Assembler.Score(setting.Adapter, PrefixKind.KeyValues), setting.Model);
        var inputs = setting.WithPrompts(StepFeed.Create(StepLossKind.Tokens, [example], 1).Inputs, [example]);
        var expected = score.Run(inputs)[ProgramNames.LogProbabilities].Floats[0];
        for (var layer = 0; layer < setting.Model.Config.LayerCount; layer++)
        {
            foreach (var name in new[] { ProgramNames.PastKey(layer), ProgramNames.PastValue(layer) })
            {
                var (heads, width) = (inputs[name].Shape[1], inputs[name].Shape[3]);
                var padded = new float[heads * 5 * width];
                Array.Fill(padded, 1e4f);
                for (var head = 0; head < heads; head++)
                {
                    inputs[name].Floats.AsSpan(head * 3 * width, 3 * width).CopyTo(padded.AsSpan(head * 5 * width));
                }

                inputs[name] = HostTensor.Of(padded, 1, heads, 5, width);
            }
        }

        Assert.Equal(expected, score.Run(inputs)[ProgramNames.LogProbabilities].Floats[0], 1e-6f);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cached_hidden_states_equal_the_full_program(bool isOnnx, int keyValueHeads)
    {
        using var setting = new Setting(isOnnx, keyValueHeads, layers: 3);
        var random = new PlainRandom(6);
        PromptExample[] examples =
        [
            .. new[] { 6, 3, 9 }.Select(
                (length, index) => new PromptExample(random.Tokens(length, 40), 0, random.Tokens(1 + index, 40), [], 0)
            ),
        ];
        for (var first = 0; first <= 2; first++)
        {
            var adapter = new AdapterLayout(2, 2, [.. setting.Model.Assembler.LinearModules.Where(module => module.Layer >= first)]);
            var inputs = new Dictionary<string, HostTensor>(StepFeed.Create(StepLossKind.Tokens, examples, 4).Inputs)
            {
                [ProgramNames.AdapterA] = HostTensor.Of(random.Normals(adapter.ACount, 0.3), adapter.ACount),
                [ProgramNames.AdapterB] = HostTensor.Of(random.Normals(adapter.BCount, 0.1), adapter.BCount),
                [ProgramNames.Noise] = HostTensor.Of(random.Normals(2 * adapter.BCount), 2, adapter.BCount),
                [ProgramNames.QueryIndex] = HostTensor.Of([0L, 1L, 0L, 1L], 4),
                [ProgramNames.Coefficients] = HostTensor.Of([0.01f, 0.01f, -0.01f, -0.01f], 4),
            };
            using var full = setting.Engine.Load(setting.Model.Assembler.Step(new StepOptions { Adapter = adapter }), setting.Model);
            using var top = setting.Engine.Load(
                setting.Model.Assembler.Step(
                    new StepOptions
                    {
                        Adapter = adapter,
                        Prompt = PrefixKind.Hidden,
                        FirstLayer = first,
                    }
                ),
                setting.Model
            );
            using var prefix = setting.Engine.Load(setting.Model.Assembler.Prefix(PrefixKind.Hidden, first), setting.Model);
            var tokens = inputs[ProgramNames.InputIds].Shape[1];
            inputs[ProgramNames.Hidden] = prefix.Run(
                new Dictionary<string, HostTensor>
                {
                    [ProgramNames.InputIds] = HostTensor.Of(inputs[ProgramNames.InputIds].Longs[..(3 * tokens)], 3, tokens),
                    [ProgramNames.Positions] = HostTensor.Of(inputs[ProgramNames.Positions].Longs[..(3 * tokens)], 3, tokens),
                }
            )[ProgramNames.Hidden];
            var (expected, actual) = (full.Run(inputs)[ProgramNames.Losses].Floats, top.Run(inputs)[ProgramNames.Losses].Floats);
            Assert.Equal(expected, actual, (x, y) => Math.Abs(x - y) <= 1e-5);
            Assert.Equal(4, expected.Distinct().Count());
        }
    }

    /// <summary>A growing cache: any cut of a sequence into a prefill and further pieces gives the logits of the whole.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_growing_cache_gives_the_logits_of_the_whole_sequence(bool isOnnx, int keyValueHeads)
    {
        using var setting = new Setting(isOnnx, keyValueHeads);
        var tokens = new PlainRandom(8).Tokens(9, 40);
        var expected = setting.Oracle.Logits(tokens, 0, setting.B);
        using var prefill = setting.Engine.Load(setting.Model.Assembler.Generate(setting.Adapter, PrefixKind.Tokens), setting.Model);
        using var generate = setting.Engine.Load(setting.Model.Assembler.Generate(setting.Adapter, PrefixKind.KeyValues), setting.Model);
        foreach (var pieces in new int[][] { [9], [1, 8], [4, 1, 1, 3], [8, 1] })
        {
            IReadOnlyDictionary<string, HostTensor>? last = null;
            var start = 0;
            foreach (var count in pieces)
            {
                var inputs = new Dictionary<string, HostTensor>
                {
                    [ProgramNames.InputIds] = HostTensor.Of([.. tokens[start..(start + count)].Select(token => (long)token)], 1, count),
                    [ProgramNames.Positions] = HostTensor.Of(
                        [.. Enumerable.Range(start, count).Select(position => (long)position)],
                        1,
                        count
                    ),
                    [ProgramNames.AnswerRows] = HostTensor.Of([.. Enumerable.Range(0, count).Select(row => (long)row)], count),
                    [ProgramNames.PastLengths] = HostTensor.Of([(long)start], 1),
                    [ProgramNames.AdapterA] = HostTensor.Of(setting.A, setting.A.Length),
                    [ProgramNames.AdapterB] = HostTensor.Of(setting.B, setting.B.Length),
                };
                for (var layer = 0; last is not null && layer < setting.Model.Config.LayerCount; layer++)
                {
                    inputs[ProgramNames.PastKey(layer)] = last[ProgramNames.PresentKey(layer)];
                    inputs[ProgramNames.PastValue(layer)] = last[ProgramNames.PresentValue(layer)];
                }

                last = (last is null ? prefill : generate).Run(inputs);
                Assert.Equal(start + count, last[ProgramNames.PresentKey(0)].Shape[2]);
                var flat = expected[start..(start + count)].SelectMany(row => row).Select(value => (float)value).ToArray();
                Assert.Equal(flat, last[ProgramNames.Logits].Floats, (x, y) => Math.Abs(x - y) <= Tolerance);
                start += count;
            }
        }
    }

    private sealed class Setting : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Setting(bool isOnnx, int keyValueHeads, int layers = 2)
        {
            Model = new TinyLlama(layers, heads: 4, keyValueHeads);
            Adapter = Model.Adapter(2);
            A = new PlainRandom(2).Normals(Adapter.ACount, 0.3);
            B = new PlainRandom(3).Normals(Adapter.BCount, 0.2);
            Oracle = new PlainForward(Model, Adapter, A);
            Engine = isOnnx
                ? new OnnxRuntimeEngine(new EngineSettings { CacheFolder = _folder.Path, Threads = 1 })
                : new ReferenceEngine<float>();
        }

        public TinyLlama Model { get; }

        public AdapterLayout Adapter { get; }

        public float[] A { get; }

        public float[] B { get; }

        public PlainForward Oracle { get; }

        public IEngine Engine { get; }

        public Dictionary<string, HostTensor> WithPrompts(IReadOnlyDictionary<string, HostTensor> fed, PromptExample[] examples)
        {
            using var prefix = Engine.Load(Model.Assembler.Prefix(PrefixKind.KeyValues), Model);
            var inputs = new Dictionary<string, HostTensor>(fed)
            {
                [ProgramNames.AdapterA] = HostTensor.Of(A, A.Length),
                [ProgramNames.AdapterB] = HostTensor.Of(B, B.Length),
            };
            var prompts = PrefixFeed.Run(prefix, [.. examples.Select(example => example.Prompt[..example.SuffixStart])]);
            PromptKeyValues.AddTo(inputs, prompts, Model.Config.KeyValueHeadCount, Model.Config.HeadDimension);
            return inputs;
        }

        public void Dispose()
        {
            Engine.Dispose();
            _folder.Dispose();
        }
    }
}
