using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using MobiZO.TrainBench.Reporting;
using MobiZO.TrainBench.Texts;

namespace MobiZO.TrainBench.Commands;

/// <summary>Writes the rows of free text that the results are measured on.</summary>
internal static class RowsCommand
{
    private const int Seed = 42;
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var kind = new Option<string>("--kind")
        {
            Required = true,
            Description = "halves: second halves of text messages; subjects: of mails; reasoning: sums in words, made by a fixed seed.",
        };
        kind.AcceptOnlyFromAmong("halves", "subjects", "reasoning");
        var data = new Option<string?>("--data")
        {
            Description =
                "halves: sms.tsv of the UCI SMS Spam Collection; subjects: the quick start's mails (datasets/*.jsonl in the cache).",
        };
        var train = CommonOptions.Count("--train-rows", "Training rows.", 600);
        var eval = CommonOptions.Count("--eval-rows", "Other rows, to evaluate on.", 64);
        var output = new Option<string>("--output") { Required = true, Description = "Folder for train.jsonl and eval.jsonl." };
        var command = new Command("rows", "Rows of free text to measure on: text messages, mail subjects, sums in words.")
        {
            kind,
            data,
            train,
            eval,
            output,
        };
        command.SetAction(result =>
        {
            var rows = RowsOf(result.GetRequiredValue(kind), result.GetValue(data));
            Write(rows, result.GetValue(train), result.GetValue(eval), result.GetRequiredValue(output));
        });
        return command;
    }

    private static IEnumerable<TextRow> RowsOf(string kind, string? data) =>
        kind switch
        {
            "reasoning" => ReasoningRows.Endless(Seed),
            _ when data is null => throw new FormatException($"data: --kind {kind} needs a file"),
            "halves" => Shuffled(TextRows.Halves(data)),
            _ => Shuffled(TextRows.Subjects(data)),
        };

    private static TextRow[] Shuffled(IEnumerable<TextRow> rows)
    {
        TextRow[] all = [.. rows];
        new Random(Seed).Shuffle(all);
        return all;
    }

    private static void Write(IEnumerable<TextRow> rows, int train, int eval, string folder)
    {
        TextRow[] taken = [.. rows.Take(train + eval)];
        if (taken.Length < train + eval)
        {
            throw new FormatException($"data: expected {train + eval} different rows, found {taken.Length}");
        }

        Directory.CreateDirectory(folder);
        foreach (var (name, part) in new[] { ("train", taken[..train]), ("eval", taken[train..]) })
        {
            var path = Path.Combine(folder, $"{name}.jsonl");
            File.WriteAllLines(path, part.Select(row => JsonSerializer.Serialize(row, s_json)));
            Output.Tell($"{path}: {part.Length} rows");
        }
    }
}
