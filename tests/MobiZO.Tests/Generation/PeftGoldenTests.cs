using System.Text.Json;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Generation;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Reference;
using MobiZO.TestKit;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Generation;

/// <summary>Adapters that the peft library wrote, against its own logits (versions in golden.json).</summary>
public sealed class PeftGoldenTests
{
    private const string QueriesAndValues = "fixtures/peft/llama-qv";
    private const string Activated = "fixtures/peft/llama-alora";

    public static TheoryData<string, bool> Plain =>
        new()
        {
            { QueriesAndValues, false },
            { QueriesAndValues, true },
            { "fixtures/peft/qwen2-all-linear", false },
            { "fixtures/peft/qwen2-all-linear", true },
            { "fixtures/peft/gpt2-conv1d", false },
            { "fixtures/peft/gpt2-conv1d", true },
        };

    [Theory]
    [MemberData(nameof(Plain))]
    public void AdaptedLogits(string folder, bool isReference)
    {
        using var adapted = new GoldenAdapter(folder, isReference);
        using var golden = SafetensorsFile.Open(Path.Combine(adapted.Folder, "golden.safetensors"));
        var (rows, tokens) = ((int)golden.Tensors["input_ids"].Shape[0], (int)golden.Tensors["input_ids"].Shape[1]);
        var (ids, lengths, logits) = (golden.ReadInt64("input_ids"), golden.ReadInt64("lengths"), golden.ReadFloat32("logits"));
        var tolerance = adapted.Tolerance("logits_abs");
        for (var row = 0; row < rows; row++)
        {
            int[] prompt = [.. ids.Skip(row * tokens).Take((int)lengths[row]).Select(id => (int)id)];
            var found = adapted.Logits(prompt, adapterStart: 0);
            AssertNear(logits.AsSpan(row * tokens * adapted.Vocabulary, found.Length), found, tolerance, $"row {row}");
        }
    }

    [Theory]
    [MemberData(nameof(Plain))]
    public void AdaptedLosses(string folder, bool isReference)
    {
        using var adapted = new GoldenAdapter(folder, isReference);
        using var golden = SafetensorsFile.Open(Path.Combine(adapted.Folder, "golden.safetensors"));
        var tokens = (int)golden.Tensors["input_ids"].Shape[1];
        var ids = golden.ReadInt64("input_ids");
        var numbers = adapted.Numbers;
        for (var row = 0; row < numbers.GetProperty("losses").GetArrayLength(); row++)
        {
            var (start, end) = (numbers.GetProperty("label_start")[row].GetInt32(), numbers.GetProperty("label_end")[row].GetInt32());
            int[] all = [.. ids.Skip(row * tokens).Take(end).Select(id => (int)id)];

            var loss = adapted.Loss(new PromptExample(all[..start], 0, all[start..], [], 0));

            Assert.Equal(numbers.GetProperty("losses")[row].GetDouble(), loss, adapted.Tolerance("loss_abs"));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ActivatedLogits(bool isReference)
    {
        using var adapted = new GoldenAdapter(Activated, isReference);
        using var golden = SafetensorsFile.Open(Path.Combine(adapted.Folder, "golden.safetensors"));
        var row = 0;
        foreach (var expected in adapted.Numbers.GetProperty("rows").EnumerateArray())
        {
            int[] prompt = [.. expected.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
            var start = AdapterStart.Of(adapted.Adapter, adapted.Layout, hasSingleRows: true).TokenIn(prompt);
            Assert.Equal(expected.GetProperty("invocation_start").GetInt32(), start);
            var logits = golden.ReadFloat32(FormattableString.Invariant($"logits/{row}"));

            // Before the invocation the tokens have the logits of the base model; from it on the adapter acts.
            var before = adapted.BaseLogits(prompt)[..(start!.Value * adapted.Vocabulary)];
            AssertNear(logits.AsSpan(0, before.Length), before, adapted.Tolerance("logits_abs"), $"row {row} before the invocation");
            var after = adapted.Logits(prompt, start.Value);
            AssertNear(logits.AsSpan(before.Length), after, adapted.Tolerance("logits_abs"), $"row {row} from the invocation on");
            row++;
        }
    }

    /// <summary>The score program, which training and evaluation use, with the prompt before the invocation cached.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ActivatedLosses(bool isReference)
    {
        using var adapted = new GoldenAdapter(Activated, isReference);
        using var golden = SafetensorsFile.Open(Path.Combine(adapted.Folder, "golden.safetensors"));
        foreach (var (row, expected) in adapted.Numbers.GetProperty("rows").EnumerateArray().Index())
        {
            int[] ids = [.. expected.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())];
            float[] logits = golden
                .ReadFloat32(FormattableString.Invariant($"logits/{row}"))
                .AsSpan((ids.Length - 2) * adapted.Vocabulary, adapted.Vocabulary)
                .ToArray();

            var loss = adapted.Loss(new PromptExample(ids[..^1], expected.GetProperty("invocation_start").GetInt32(), ids[^1..], [], 0));

            var logSum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
            Assert.Equal(logSum - logits[ids[^1]], loss, adapted.Tolerance("logits_abs"));
        }
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> found, double tolerance, string place)
    {
        Assert.Equal(expected.Length, found.Length);
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            worst = Math.Max(worst, Math.Abs(expected[i] - found[i]));
        }

        Assert.True(worst <= tolerance, $"{place}: logits differ by {worst:g3}, tolerance {tolerance:g3}");
    }

    /// <summary>A fixture folder: the adapter on its base model in one engine.</summary>
    private sealed class GoldenAdapter : IDisposable
    {
        private readonly JsonDocument _golden;
        private readonly Checkpoint _checkpoint;
        private readonly IEngine _engine;
        private readonly ProgramAssembler _architecture;

        public GoldenAdapter(string folder, bool isReference)
        {
            Folder = Shared.PathOf(folder);
            _golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json")));
            _checkpoint = Checkpoint.Open(Shared.PathOf("fixtures", Numbers.GetProperty("base").GetString()!));
            _engine = isReference ? new ReferenceEngine<float>() : new OnnxRuntimeEngine();
            _architecture = new ProgramAssembler(_checkpoint.Description);
            Adapter = AdapterFiles.Load(Folder);
            Layout = AdapterLayouts.Of(_architecture, Adapter);
        }

        public string Folder { get; }

        public LoraAdapter Adapter { get; }

        public AdapterLayout Layout { get; }

        public JsonElement Numbers => _golden.RootElement;

        public int Vocabulary => _checkpoint.Config.VocabularySize;

        public double Tolerance(string name) => Numbers.GetProperty("suggested_tolerance").GetProperty(name).GetDouble();

        /// <summary>Logits of every token of the base model.</summary>
        public float[] BaseLogits(int[] prompt) => Run(_architecture.Generate(null, PrefixKind.Tokens), Tokens(prompt, 0));

        /// <summary>
        /// Logits of the tokens from <paramref name="adapterStart"/> on, which carry the adapter; those before come from the cache of the
        /// base model.
        /// </summary>
        public float[] Logits(int[] prompt, int adapterStart)
        {
            var inputs = Tokens(prompt, adapterStart);
            AddAdapter(inputs);
            if (adapterStart == 0)
            {
                return Run(_architecture.Generate(Layout, PrefixKind.Tokens), inputs);
            }

            AddPrefix(inputs, prompt[..adapterStart]);
            return Run(_architecture.Generate(Layout, PrefixKind.KeyValues), inputs);
        }

        public double Loss(PromptExample example)
        {
            var form = example.SuffixStart == 0 ? PrefixKind.Tokens : PrefixKind.KeyValues;
            using var session = _engine.Load(_architecture.Score(Layout, form), _checkpoint);
            var inputs = new Dictionary<string, HostTensor>(
                StepFeed.Create(StepLossKind.Tokens, [example], 1).Inputs,
                StringComparer.Ordinal
            );
            AddAdapter(inputs);
            if (form == PrefixKind.KeyValues)
            {
                AddPrefix(inputs, example.Prompt[..example.SuffixStart]);
            }

            return -session.Run(inputs)[ProgramNames.LogProbabilities].Floats.Average(value => (double)value);
        }

        public void Dispose()
        {
            _engine.Dispose();
            _checkpoint.Dispose();
            _golden.Dispose();
        }

        private void AddAdapter(Dictionary<string, HostTensor> inputs)
        {
            inputs[ProgramNames.AdapterA] = HostTensor.Of([.. Adapter.Modules.SelectMany(module => module.A)], Layout.ACount);
            inputs[ProgramNames.AdapterB] = HostTensor.Of(Adapter.ToState(), Layout.BCount);
        }

        private void AddPrefix(Dictionary<string, HostTensor> inputs, int[] prefix)
        {
            using var session = _engine.Load(_architecture.Prefix(PrefixKind.KeyValues), _checkpoint);
            PromptKeyValues.AddTo(
                inputs,
                PrefixFeed.Run(session, [prefix]),
                _checkpoint.Config.KeyValueHeadCount,
                _checkpoint.Config.HeadDimension
            );
        }

        private float[] Run(Programs.Program program, Dictionary<string, HostTensor> inputs)
        {
            using var session = _engine.Load(program, _checkpoint);
            return session.Run(inputs)[ProgramNames.Logits].Floats;
        }

        private static Dictionary<string, HostTensor> Tokens(int[] prompt, int start)
        {
            var count = prompt.Length - start;
            return new Dictionary<string, HostTensor>(StringComparer.Ordinal)
            {
                [ProgramNames.InputIds] = HostTensor.Of([.. prompt.Skip(start).Select(id => (long)id)], 1, count),
                [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(start, count).Select(position => (long)position)], 1, count),
                [ProgramNames.AnswerRows] = HostTensor.Of([.. Enumerable.Range(0, count).Select(row => (long)row)], count),
            };
        }
    }
}
