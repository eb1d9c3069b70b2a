using System.CommandLine;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<string> Model() =>
        new("--model")
        {
            Description = "Hugging Face folder or GGUF file; the bundled nano model unless given.",
            DefaultValueFactory = _ => Path.Combine(AppContext.BaseDirectory, "models", "nano"),
        };

    public static Option<string?> Json() => new("--json") { Description = "Also write machine, command and every number to this file." };

    public static Option<int> Threads() => new("--threads") { Description = "Threads of the engine; 0: one a core." };

    public static Option<int> TokensPerRun() =>
        Count(
            "--max-tokens-per-run",
            "Most tokens of one engine run; the library's number unless given.",
            new FineTuneOptions
            {
                Model = "",
                TrainData = "",
                Output = "",
            }.MaxTokensPerRun
        );

    public static Option<LossKind> Loss() =>
        new("--loss")
        {
            Description = "Loss of the step: choices (two label words of one token) or tokens (the whole vocabulary).",
            DefaultValueFactory = _ => LossKind.Choices,
        };

    public static Option<string> Weights() =>
        Text("--weights", $"Weight format: {string.Join(", ", WeightFormat.All.Select(format => format.Name))}.", WeightFormat.All[0].Name);

    public static Option<int> Count(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    public static Option<string> Text(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    public static IReadOnlyList<string> List(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
