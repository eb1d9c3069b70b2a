using System.CommandLine;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Evaluation;

namespace MobiZO.Cli.Commands;

/// <summary>The options of commands that read an adapter and its model without running them.</summary>
/// <param name="modelText">What the model is for.</param>
internal sealed class AdapterInput(string modelText)
{
    /// <summary>The model.</summary>
    public Option<string> Model { get; } = Path(modelText, "--model", "-m");

    /// <summary>The adapter.</summary>
    public Option<string> Adapter { get; } = Path("Adapter: a PEFT folder or a GGUF file.", "--adapter");

    /// <summary>Whether another base model is taken.</summary>
    public Option<bool> IgnoreBaseMismatch { get; } =
        new(AdapterOptionGroup.IgnoreBaseMismatch) { Description = AdapterOptionGroup.IgnoreBaseMismatchText, Arity = ArgumentArity.Zero };

    /// <summary>Fails when an option that is needed is missing; names all of them.</summary>
    public static void Require(ParseResult result, params Option[] options)
    {
        var missing = options
            .Where(option => result.GetResult(option) is null)
            .Select(option => $"Option '{option.Name}' is required.")
            .ToArray();
        if (missing.Length > 0)
        {
            throw new CommandException(ExitCodes.Usage, string.Join(Environment.NewLine, missing));
        }
    }

    /// <summary>Opens the model and tells what is odd about it.</summary>
    public Checkpoint OpenModel(ParseResult result)
    {
        var model = Checkpoint.Open(result.GetRequiredValue(Model));
        var warnings = new WarningLines(result.InvocationConfiguration.Error);
        foreach (var warning in model.Warnings)
        {
            warnings.Report(warning);
        }

        return model;
    }

    /// <summary>What an adapter is, as a line of output.</summary>
    public static string Line(LoraAdapter adapter) =>
        FormattableString.Invariant(
            $"adapter    r {adapter.Rank}, lora_alpha {adapter.Alpha}, {adapter.Modules.Count} modules, scope {OptionValue.Show(adapter.Scope)}"
        );

    private static Option<string> Path(string description, params string[] names) =>
        OptionGroup<EvaluationOptions>.CreateOption(names, description, OptionValue.Path("path"));
}
