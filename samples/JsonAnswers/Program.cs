using System.Globalization;
using System.Text.Json;
using MobiZO;
using MobiZO.Data;
using MobiZO.Scoring;

string[] keys = ["name", "age", "city"];
var options = new FineTuneOptions
{
    Model = args[0],
    TrainData = args[1],
    Output = args[2],
    Data = new DataOptions { EvalFraction = 0.25 },
    Score = new ScoreOptions { MaxAnswerTokens = 40 },
    Steps = args.Length > 3 ? int.Parse(args[3], CultureInfo.InvariantCulture) : 20,
};
var result = await new FineTuner(options, written => Score(written.Answer)).TrainAsync();
Console.WriteLine(FormattableString.Invariant($"score {result.First!.Score:0.00} before, {result.Best!.Score:0.00} after"));

// 1 for exactly the shape that was asked for. What comes near it has a part of that, so that small steps count.
double Score(string answer)
{
    try
    {
        using var json = JsonDocument.Parse(answer);
        string[] found =
            json.RootElement.ValueKind == JsonValueKind.Object ? [.. json.RootElement.EnumerateObject().Select(key => key.Name)] : [];
        var known = found.Count(name => keys.Contains(name, StringComparer.Ordinal));
        return known == keys.Length && found.Length == known ? 1 : 0.4 + (0.1 * known) - (0.05 * (found.Length - known));
    }
    catch (JsonException)
    {
        return 0.1 * keys.Count(key => answer.Contains($"\"{key}\"", StringComparison.Ordinal));
    }
}
