using System.CommandLine;
using MobiZO.TrainBench.Weights;

namespace MobiZO.TrainBench.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    private const string AutoLayers = "auto";

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
            }.TokensPerRunInForce
        );

    public static Option<LossKind> Loss() =>
        new("--loss")
        {
            Description = "Loss of the step: choices (two label words of one token) or tokens (the whole vocabulary).",
            DefaultValueFactory = _ => LossKind.Choices,
        };

    public static Option<string> Weights() =>
        Text("--weights", $"Weight format: {string.Join(", ", WeightFormat.All.Select(format => format.Name))}.", WeightFormat.All[0].Name);

    public static Option<string> Grid(string value) =>
        Text("--grid", "Shapes: scope:P=..,E=..,T=..[,S=..] with | between sizes and ; between parts.", value);

    public static Option<string> Layers() =>
        Text(
            "--layers",
            "Decoder layers with an adapter in scope activated: all, upper-half, top-8, or a list such as 0-3,7; auto: those that a run "
                + "takes. Scope all has an adapter in every layer.",
            AutoLayers
        );

    /// <summary>The layers of <see cref="Layers"/>; null: those that a run takes.</summary>
    public static string? LayersOf(string? named) => named == AutoLayers ? null : named;

    public static Option<int> Rounds() => Count("--rounds", "Rounds of a row; the first is dropped.", 7);

    public static Option<int> Count(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    public static Option<string> Text(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    public static IReadOnlyList<string> List(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
