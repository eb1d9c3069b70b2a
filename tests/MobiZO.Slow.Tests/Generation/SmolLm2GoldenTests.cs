using System.Text.Json;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.TestKit;
using Xunit.Abstractions;

namespace MobiZO.Slow.Tests.Generation;

/// <summary>
/// SmolLM2-135M-Instruct from its GGUF file against torch on the same dequantised weights (versions in golden.json beside the model). The
/// fp32 weights need about 540 MB in the cache folder.
/// </summary>
public sealed class SmolLm2GoldenTests : IDisposable
{
    private const string Folder = "models/smollm2-135m-instruct";

    private readonly ITestOutputHelper _output;
    private readonly JsonDocument? _golden;
    private readonly LocalModel? _model;

    public SmolLm2GoldenTests(ITestOutputHelper output)
    {
        _output = output;
        var folder = Shared.PathOf(Folder);
        if (Directory.Exists(folder))
        {
            _golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
            _model = LocalModel.Open(folder);
        }
    }

    private LocalModel Model => _model!;

    private JsonElement Golden => _golden!.RootElement;

    public void Dispose()
    {
        _model?.Dispose();
        _golden?.Dispose();
    }

    [SharedFact(Folder)]
    public void LogitsAfterPrompts()
    {
        using var session = Model.Engine.Load(Model.Assembler.Generate(null, PrefixKind.Tokens), Model.Checkpoint);
        var (worstLogit, worstProbability) = (0.0, 0.0);
        foreach (var row in Golden.GetProperty("rows").EnumerateArray())
        {
            var ids = Ids(row, "input_ids");
            Assert.Equal(ids, Model.Tokenizer.Encode(row.GetProperty("prompt").GetString()!).Ids);
            var logits = Logits(session, ids, [ids.Length - 1]);
            var logSum = LogSum(logits);
            var top = row.GetProperty("top5").EnumerateArray().ToArray();
            Assert.Equal(
                top.Select(pair => pair[0].GetInt32()),
                logits.Index().OrderByDescending(pair => pair.Item).Take(top.Length).Select(pair => pair.Index)
            );
            foreach (var pair in top)
            {
                worstLogit = Math.Max(worstLogit, Math.Abs(pair[1].GetDouble() - logits[pair[0].GetInt32()]));
            }

            foreach (var word in (string[])["negative", "positive"])
            {
                var logit = logits[Assert.Single(Model.Tokenizer.Encode(" " + word, addSpecialTokens: false).Ids)];
                worstLogit = Math.Max(worstLogit, Math.Abs(row.GetProperty("logit_" + word).GetDouble() - logit));
                worstProbability = Math.Max(worstProbability, Math.Abs(row.GetProperty("logprob_" + word).GetDouble() - (logit - logSum)));
            }

            worstProbability = Math.Max(worstProbability, Math.Abs(row.GetProperty("logsumexp").GetDouble() - logSum));
        }

        _output.WriteLine(
            FormattableString.Invariant($"largest difference: logits {worstLogit:g3}, log-probabilities {worstProbability:g3}")
        );
        Assert.InRange(worstLogit, 0, Tolerance("logits_abs"));
        Assert.InRange(worstProbability, 0, Tolerance("logits_abs"));
    }

    [SharedFact(Folder)]
    public void Perplexity()
    {
        var expected = Golden.GetProperty("perplexity");
        var ids = Ids(expected, "input_ids");
        using var session = Model.Engine.Load(Model.Assembler.Score(null), Model.Checkpoint);
        var inputs = Inputs(ids, [.. Enumerable.Range(0, ids.Length - 1)]);
        inputs[ProgramNames.CandidateIds] = HostTensor.Of([.. ids.Skip(1).Select(id => (long)id)], ids.Length - 1, 1);
        double[] losses = [.. session.Run(inputs)[ProgramNames.LogProbabilities].Floats.Select(value => -(double)value)];

        var first = expected
            .GetProperty("first_10_nll")
            .EnumerateArray()
            .Select((value, i) => Math.Abs(value.GetDouble() - losses[i]))
            .Max();
        var mean = Math.Abs(expected.GetProperty("mean_nll").GetDouble() - losses.Average());
        _output.WriteLine(FormattableString.Invariant($"largest difference: one token {first:g3}, mean {mean:g3}"));
        Assert.InRange(first, 0, Tolerance("loss_abs"));
        Assert.InRange(mean, 0, Tolerance("loss_abs"));
    }

    [SharedFact(Folder)]
    public async Task GreedyTexts()
    {
        using var generator = new TextGenerator(Model);
        foreach (var expected in Golden.GetProperty("generations").EnumerateArray())
        {
            var prompt = expected.GetProperty("prompt").GetString()!;
            Assert.Equal(Ids(expected, "input_ids"), Model.Tokenizer.Encode(prompt).Ids);
            var ids = Ids(expected, "greedy_ids");
            var stops = expected.GetProperty("stopped_at_eos").GetBoolean();

            var text = await generator.GenerateAsync(prompt, new GenerationOptions { MaxNewTokens = stops ? ids.Length + 8 : ids.Length });

            Assert.Equal(ids, text.TokenIds);
            Assert.Equal(expected.GetProperty("text").GetString(), text.Text);
            Assert.Equal(stops ? GenerationEnd.EndOfSequence : GenerationEnd.MaxNewTokens, text.End);
        }
    }

    private double Tolerance(string name) => Golden.GetProperty("suggested_tolerance").GetProperty(name).GetDouble();

    private static int[] Ids(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static float[] Logits(IProgramSession session, int[] ids, int[] places) =>
        session.Run(Inputs(ids, places))[ProgramNames.Logits].Floats;

    private static Dictionary<string, HostTensor> Inputs(int[] ids, int[] places) =>
        new(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of([.. ids.Select(id => (long)id)], 1, ids.Length),
            [ProgramNames.Positions] = HostTensor.Of(
                [.. Enumerable.Range(0, ids.Length).Select(position => (long)position)],
                1,
                ids.Length
            ),
            [ProgramNames.AnswerRows] = HostTensor.Of([.. places.Select(place => (long)place)], places.Length),
        };

    private static double LogSum(float[] logits)
    {
        var largest = logits.Max();
        return largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
    }
}
