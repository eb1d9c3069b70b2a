using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.TestKit.Golden;

/// <summary>Logits and losses of one golden model folder, against an engine. The oracle is named in the folder's README.</summary>
public static class GoldenModel
{
    /// <summary>Checks logits of every real position, with the batch padded as the golden batch is.</summary>
    public static void CheckLogits(IEngine engine, string folder, string model)
    {
        using var checkpoint = Checkpoint.Open(model);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var numbers = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        var tolerance = numbers.RootElement.GetProperty("suggested_tolerance").GetProperty("logits_abs").GetDouble();
        var ids = golden.Tensors["input_ids"];
        var (rows, tokens) = (ids.Shape[0], ids.Shape[1]);
        var lengths = golden.ReadInt64("lengths");
        using var session = engine.Load(new ProgramAssembler(checkpoint.Description).Generate(null, PrefixKind.Tokens), checkpoint);

        long[] answerRows =
        [
            .. Enumerable.Range(0, (int)rows).SelectMany(row => Enumerable.Range(0, (int)lengths[row]).Select(t => (row * tokens) + t)),
        ];
        var outputs = session.Run(Inputs(golden.ReadInt64("input_ids"), (int)rows, (int)tokens, answerRows));

        var vocabulary = checkpoint.Config.VocabularySize;
        var expected = new float[rows * tokens * vocabulary];
        golden.ReadFloat32("logits", 0, expected);
        var worst = 0.0;
        for (var i = 0; i < answerRows.Length; i++)
        {
            for (var v = 0; v < vocabulary; v++)
            {
                worst = Math.Max(
                    worst,
                    Math.Abs(outputs[ProgramNames.Logits].Floats[(i * vocabulary) + v] - expected[(answerRows[i] * vocabulary) + v])
                );
            }
        }

        Assert.True(worst <= tolerance, $"{folder}: logits differ by {worst:g3}, tolerance {tolerance:g3}.");
    }

    /// <summary>Checks the mean loss of every row's labels.</summary>
    public static void CheckLosses(IEngine engine, string folder, string model)
    {
        using var checkpoint = Checkpoint.Open(model);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var numbers = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "golden.json")));
        var root = numbers.RootElement;
        var tolerance = root.GetProperty("suggested_tolerance").GetProperty("loss_abs").GetDouble();
        var ids = golden.ReadInt64("input_ids");
        var (rows, tokens) = ((int)golden.Tensors["input_ids"].Shape[0], (int)golden.Tensors["input_ids"].Shape[1]);
        using var session = engine.Load(new ProgramAssembler(checkpoint.Description).Score(null), checkpoint);
        for (var row = 0; row < rows; row++)
        {
            var (start, end) = (root.GetProperty("label_start")[row].GetInt32(), root.GetProperty("label_end")[row].GetInt32());
            long[] answers = [.. Enumerable.Range(start - 1, end - start).Select(t => (long)((row * tokens) + t))];
            var inputs = Inputs(ids, rows, tokens, answers);
            inputs[ProgramNames.CandidateIds] = HostTensor.Of([.. answers.Select(answer => ids[answer + 1])], answers.Length, 1);
            var loss = -session.Run(inputs)[ProgramNames.LogProbabilities].Floats.Average(value => (double)value);
            var expected = root.GetProperty("losses")[row].GetDouble();
            Assert.True(
                Math.Abs(loss - expected) <= tolerance,
                $"{folder} row {row}: loss {loss}, expected {expected}, tolerance {tolerance:g3}."
            );
        }
    }

    private static Dictionary<string, HostTensor> Inputs(long[] ids, int rows, int tokens, long[] answerRows) =>
        new(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of(ids, rows, tokens),
            [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(0, rows * tokens).Select(i => (long)(i % tokens))], rows, tokens),
            [ProgramNames.AnswerRows] = HostTensor.Of(answerRows, answerRows.Length),
        };
}
