using MobiZO.Models;

namespace MobiZO.Cli.Options;

/// <summary>Opens the model that the options name.</summary>
internal static class ModelArgument
{
    public static LocalModel Open(FineTuneOptions options) =>
        options.Model.Length > 0
            ? LocalModel.Open(options.Model, options.Engine)
            : throw new CommandException(ExitCodes.Usage, "Option '--model' is missing: give a Hugging Face folder or a .gguf file.");
}
