using MobiZO.Models;

namespace MobiZO.Cli.Options;

/// <summary>Opens the model that the options name.</summary>
internal static class ModelArgument
{
    /// <param name="options">Names the model and the engine.</param>
    /// <param name="warnings">Told what a user should know of the model.</param>
    public static LocalModel Open(FineTuneOptions options, IProgress<string> warnings) =>
        options.Model.Length > 0
            ? LocalModel.Open(options.Model, options.Engine with { Warnings = warnings })
            : throw new CommandException(ExitCodes.Usage, "Option '--model' is missing: give a Hugging Face folder or a .gguf file.");
}
