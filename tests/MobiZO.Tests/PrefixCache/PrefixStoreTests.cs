using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.PrefixCache;

public sealed class PrefixStoreTests
{
    public static TheoryData<string, PrefixKind, int> Forms =>
        new()
        {
            { EngineCatalog.Reference, PrefixKind.KeyValues, 0 },
            { EngineCatalog.Reference, PrefixKind.KeyValues, 2 },
            { EngineCatalog.Reference, PrefixKind.Hidden, 2 },
            { EngineCatalog.OnnxRuntime, PrefixKind.KeyValues, 0 },
            { EngineCatalog.OnnxRuntime, PrefixKind.KeyValues, 2 },
            { EngineCatalog.OnnxRuntime, PrefixKind.Hidden, 2 },
        };

    /// <summary>The oracle is the prefix program itself, one prompt at a time.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void A_batch_holds_what_the_prefix_program_computes(string engine, PrefixKind form, int firstLayer)
    {
        using var setting = new PromptSetting(engine, form, firstLayer);
        var actual = setting.Inputs(setting.Fill(type: PrefixCacheType.Fp32).Store, 3);
        using var second = Training.TinyStep.CreateEngine(engine);
        using var prefix = second.Load(setting.Model.Assembler.Prefix(form, setting.Shape.FirstLayer), setting.Model);
        for (var row = 0; row < 3; row++)
        {
            var example = setting.Examples[row];
            var ids = setting.Shape.HoldsRows ? StepFeed.RowTokens(example, 0) : example.Prompt[..example.SuffixStart];
            var outputs = prefix.Run(
                new Dictionary<string, HostTensor>
                {
                    [ProgramNames.InputIds] = HostTensor.Of([.. ids.Select(id => (long)id)], 1, ids.Length),
                    [ProgramNames.Positions] = HostTensor.Of(
                        [.. Enumerable.Range(0, ids.Length).Select(position => (long)position)],
                        1,
                        ids.Length
                    ),
                }
            );
            foreach (var plane in setting.Shape.Planes)
            {
                var (expected, joined) = (outputs[plane.Output].Floats, actual[plane.Input]);
                var (first, count) = plane.IsHidden ? (example.SuffixStart, ids.Length - example.SuffixStart) : (0, example.SuffixStart);
                var (own, padded) = (count * plane.Width, joined.Length / 3 / plane.Heads);
                for (var head = 0; head < plane.Heads; head++)
                {
                    var (from, start) = (((head * ids.Length) + first) * plane.Width, ((row * plane.Heads) + head) * padded);
                    Assert.Equal(expected[from..(from + own)], joined[start..(start + own)], (x, y) => Math.Abs(x - y) <= 1e-5);
                    Assert.All(joined[(start + own)..(start + padded)], value => Assert.Equal(0, value));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void The_next_run_finds_everything_and_computes_nothing(string engine, PrefixKind form, int firstLayer)
    {
        using var setting = new PromptSetting(engine, form, firstLayer);
        var (first, computed) = setting.Fill();
        Assert.Equal((0, 8), (computed.Found, computed.Computed));
        Assert.Single(setting.Files);
        var expected = setting.Inputs(first);
        setting.Runs.Clear();
        var (second, found) = setting.Fill();
        Assert.Equal((8, 0), (found.Found, found.Computed));
        PromptSetting.AssertEqual(expected, setting.Inputs(second));
        Assert.Empty(setting.Runs);
    }

    [Fact]
    public void Other_rows_of_the_same_data_hit_and_only_new_ones_are_computed()
    {
        using var setting = new PromptSetting();
        setting.Fill(examples: setting.Examples[2..5]);
        var (store, plan) = setting.Fill();
        Assert.Equal((3, 5), (plan.Found, plan.Computed));
        Assert.Equal(2, setting.Files.Length);
        PromptSetting.AssertEqual(setting.Inputs(setting.Fill(hasFile: false).Store), setting.Inputs(store));
        Assert.Equal(
            (4, 0),
            (setting.Fill(examples: setting.Examples[4..]).Plan.Found, setting.Fill(examples: setting.Examples[4..]).Plan.Computed)
        );
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void File_memory_and_computing_again_give_the_same_bits(string engine, PrefixKind form, int firstLayer)
    {
        using var setting = new PromptSetting(engine, form, firstLayer);
        foreach (var type in Enum.GetValues<PrefixCacheType>())
        {
            var expected = setting.Inputs(setting.Fill(type: type).Store);
            PromptSetting.AssertEqual(expected, setting.Inputs(setting.Fill(hasFile: false, type).Store));
            PromptSetting.AssertEqual(expected, setting.Inputs(setting.Fill(hasFile: false, type, budget: 0).Store));
            PromptSetting.AssertEqual(expected, setting.Inputs(setting.Open(hasFile: false, type)));
        }
    }

    [Fact]
    public void A_budget_holds_the_shortest_and_computes_the_rest_for_each_batch_once()
    {
        using var setting = new PromptSetting();
        var bytes = setting.Fill(hasFile: false).Plan.Bytes;
        var (store, _) = setting.Fill(hasFile: false, budget: bytes / 2);
        Assert.InRange(store.HeldBytes, 1, bytes / 2);
        setting.Runs.Clear();
        setting.Inputs(store, 8);
        var once = setting.Runs.Count;
        Assert.True(once > 0);
        setting.Inputs(store, 8);
        Assert.Equal(once, setting.Runs.Count);
        setting.Inputs(store, 7);
        Assert.True(setting.Runs.Count > once);
        var (nothing, _) = setting.Fill(hasFile: false, budget: 0);
        Assert.Equal(0, nothing.HeldBytes);
    }

    /// <summary>The first run waits until another one runs beside it.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void Batches_computed_side_by_side_hold_the_same_bits_and_stopping_waits_for_them(string engine, PrefixKind form, int firstLayer)
    {
        using var single = new PromptSetting(engine, form, firstLayer, count: 30);
        var expected = single.Inputs(single.Fill().Store, 30);

        var begun = 0;
        using var setting = new PromptSetting(engine, form, firstLayer, count: 30) { Width = 3 };
        setting.Distort = (_, _, _) =>
        {
            Interlocked.Increment(ref begun);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref begun) > 1, TimeSpan.FromSeconds(60)));
        };
        PromptSetting.AssertEqual(expected, setting.Inputs(setting.Fill(hasFile: false).Store, 30));

        setting.Distort = (_, _, _) => Thread.Sleep(20);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => setting.Open().Fill(null, (_, _) => stop.Cancel(), null, stop.Token));
        Assert.Equal(0, setting.ActiveRuns);
        PromptSetting.AssertEqual(expected, setting.Inputs(setting.Fill().Store, 30));
    }

    [Fact]
    public void A_long_prompt_is_computed_by_all_cores_and_the_others_side_by_side()
    {
        using var setting = new PromptSetting(count: 4);
        PromptExample[] examples = [.. setting.Examples, setting.Examples[0] with { Prompt = new int[402], SuffixStart = 401 }];
        Assert.Equal(5, setting.Fill(examples: examples).Plan.Computed);
        Assert.Equal([RunStyle.SideBySide, RunStyle.OneByOne], setting.Loaded);
        setting.Loaded.Clear();
        Assert.Equal(
            (4, 1),
            (setting.Fill(examples: examples[..4]).Plan.Found, setting.Fill(hasFile: false, examples: examples[4..]).Plan.Computed)
        );
        Assert.Equal([RunStyle.OneByOne], setting.Loaded);
    }

    [Fact]
    public void Half_precision_rounds_every_number_once()
    {
        using var setting = new PromptSetting();
        var (exact, rounded) = (setting.Inputs(setting.Fill(type: PrefixCacheType.Fp32).Store), setting.Inputs(setting.Fill().Store));
        PromptSetting.AssertEqual(
            exact.ToDictionary(pair => pair.Key, pair => Array.ConvertAll(pair.Value, value => (float)(Half)value)),
            rounded
        );
        Assert.NotEqual(exact[ProgramNames.PastKey(1)], rounded[ProgramNames.PastKey(1)]);
    }

    /// <summary>The rows of this model are no whole vectors, and its numbers do depend on the batch.</summary>
    [Fact]
    public void A_model_of_odd_sizes_is_computed_row_by_row()
    {
        using var setting = new PromptSetting(EngineCatalog.OnnxRuntime, count: 20, model: new TinyLlama(layers: 3));
        var expected = setting.Inputs(setting.Fill(type: PrefixCacheType.Fp32).Store);
        Assert.Equal(20, setting.Runs.Count);
        PromptSetting.AssertEqual(expected, setting.Inputs(setting.Open(hasFile: false, PrefixCacheType.Fp32)));
    }

    [Fact]
    public void Stopping_keeps_what_was_computed()
    {
        using var setting = new PromptSetting(count: 30);
        using var stop = new CancellationTokenSource();
        using var store = setting.Open();
        Assert.Throws<OperationCanceledException>(() => store.Fill(null, (_, _) => stop.Cancel(), null, stop.Token));
        var plan = setting.Fill().Plan;
        Assert.InRange(plan.Found, 1, 29);
        Assert.Equal(30, plan.Found + plan.Computed);
    }

    [Fact]
    public void A_number_beyond_half_precision_is_refused_with_advice()
    {
        using var setting = new PromptSetting { Distort = (_, _, values) => values[0] = 70000 };
        var error = Assert.Throws<FineTuneException>(() => setting.Fill());
        Assert.Contains("FineTuneOptions.PrefixCacheType", error.Message);
        Assert.Empty(setting.Files);
        setting.Fill(type: PrefixCacheType.Fp32);
    }

    /// <summary>The first token of a prompt is where models have the largest hidden states; no step reads them there.</summary>
    [Fact]
    public void A_hidden_state_that_no_step_reads_may_have_any_size()
    {
        using var setting = new PromptSetting(firstLayer: 2)
        {
            Distort = (name, _, values) =>
            {
                if (name == ProgramNames.Hidden)
                {
                    values[0] = 70000;
                }
            },
        };
        using var plain = new PromptSetting(firstLayer: 2);
        PromptSetting.AssertEqual(plain.Inputs(plain.Fill().Store), setting.Inputs(setting.Fill().Store));
    }

    /// <summary>
    /// The same tokens with the adapter from another one on: other keys and values, other hidden states, and other entries of a file.
    /// </summary>
    [Fact]
    public void The_same_tokens_with_another_start_are_kept_apart()
    {
        using var setting = new PromptSetting(firstLayer: 2);
        PromptExample late = setting.Examples[0] with { SuffixStart = setting.Examples[0].Prompt.Length - 1 },
            early = late with { SuffixStart = 1 };
        Dictionary<string, HostTensor> Inputs(PrefixStore store, PromptExample example, int index)
        {
            var inputs = new Dictionary<string, HostTensor>();
            store.AddTo(inputs, StepFeed.Create(StepLossKind.Tokens, [example], 1), [index]);
            return inputs;
        }

        var (both, plan) = setting.Fill(examples: [late, early]);
        Assert.Equal(2, plan.Computed);
        foreach (var (example, index) in new[] { (late, 0), (early, 1), (late, 0) })
        {
            var (alone, found) = setting.Fill(examples: [example]);
            Assert.Equal((1, 0), (found.Found, found.Computed));
            var (expected, actual) = (Inputs(alone, example, 0), Inputs(both, example, index));
            Assert.Equal([example.SuffixStart], actual[ProgramNames.PastLengths].Longs);
            Assert.Contains(actual[ProgramNames.Hidden].Floats, value => value != 0);
            Assert.All(expected, pair => Assert.Equal(pair.Value.Shape, actual[pair.Key].Shape));
            PromptSetting.AssertEqual(Floats(expected), Floats(actual));
        }

        static Dictionary<string, float[]> Floats(Dictionary<string, HostTensor> inputs) =>
            inputs
                .Where(pair => pair.Value.Type == ElementType.Float32)
                .ToDictionary(pair => pair.Key, pair => pair.Value.FloatMemory.ToArray());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_common_beginning_is_computed_once_and_changes_rounding_only(string engine, PrefixKind form, int firstLayer)
    {
        using var setting = new PromptSetting(engine, form, firstLayer, shared: 20);
        var (store, plan) = setting.Fill(type: PrefixCacheType.Fp32);
        Assert.Equal(20, plan.SharedTokens);
        Assert.Single(setting.Runs, name => name == "prefix_shared");
        Assert.DoesNotContain("prefix", setting.Runs);
        var shared = setting.Inputs(store, 1);
        setting.Runs.Clear();

        // One prompt alone has nothing in common with others; its entry is another one.
        var (alone, plain) = setting.Fill(type: PrefixCacheType.Fp32, examples: setting.Examples[..1]);
        Assert.Equal((0, 0, 1), (plain.SharedTokens, plain.Found, plain.Computed));
        Assert.Equal(["prefix"], setting.Runs);
        PromptSetting.AssertEqual(setting.Inputs(alone, 1), shared, 2e-5f);
    }

    [Fact]
    public void Few_common_tokens_are_computed_with_their_prompts()
    {
        using var setting = new PromptSetting(shared: 15);
        Assert.Equal(0, setting.Fill().Plan.SharedTokens);
        Assert.All(setting.Runs, name => Assert.Equal("prefix", name));
    }

    /// <summary>An engine whose sums depend on the size of a batch must not make stored numbers depend on their company.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_that_depend_on_their_batch_are_computed_alone(int width)
    {
        using var setting = new PromptSetting { Width = width, Distort = (_, rows, values) => values[0] += rows };
        var expected = setting.Inputs(setting.Fill().Store);
        Assert.True(setting.Runs.Count > 8);
        PromptSetting.AssertEqual(expected, setting.Inputs(setting.Fill(hasFile: false).Store));
        PromptSetting.AssertEqual(expected, setting.Inputs(setting.Open(hasFile: false)));
        Assert.Equal(5, setting.Fill(hasFile: false, examples: setting.Examples[..5]).Plan.Computed);
        PromptSetting.AssertEqual(expected, setting.Inputs(setting.Fill(hasFile: false, examples: setting.Examples[..5]).Store));
    }
}
