using System.CommandLine;
using System.Diagnostics;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Cli.Reporting;
using MobiZO.Data;
using MobiZO.Generation;
using MobiZO.Models;
using MobiZO.Reporting;
using MobiZO.Runs;

namespace MobiZO.Cli.Commands;

/// <summary>Continues a prompt, or answers a chat message, with a model and an adapter.</summary>
internal sealed class GenerateCommand
{
    public const string Name = "generate";
    public const string Summary = "Continues a prompt, or answers a message, with a model and an adapter.";

    private const string Usage =
        "(--model <path> [--adapter <path>] | --run <folder>) (--prompt <text> | --chat <text> | < file) [options]";
    private const string Example = "mobizo generate --model models/nano --adapter run1/best --compare --prompt \"It was a\"";

    private readonly Option<string> _model = Text("--model", "Hugging Face folder or .gguf file.", OptionValue.Path("path"), "-m");
    private readonly Option<string> _run = Text(
        "--run",
        "Run whose model and best adapter are used, unless other ones are given.",
        OptionValue.Path("folder")
    );
    private readonly Option<string> _adapter = Text(
        "--adapter",
        "Adapter: a PEFT folder or a GGUF file (by default, none: the base model).",
        OptionValue.Path("path")
    );
    private readonly Option<bool> _ignoreBaseMismatch = new(AdapterOptionGroup.IgnoreBaseMismatch)
    {
        Description = AdapterOptionGroup.IgnoreBaseMismatchText,
        Arity = ArgumentArity.Zero,
    };
    private readonly Option<bool> _compare = new("--compare")
    {
        Description = "Write the base model's answer first, then the adapter's.",
        Arity = ArgumentArity.Zero,
    };

    private readonly Option<string> _prompt = Text(
        "--prompt",
        "Text to continue (by default, what comes through standard input).",
        OptionValue.Escaped,
        "-p"
    );
    private readonly Option<string> _chat = Text(
        "--chat",
        "Message of the user; the model's chat template makes the prompt.",
        OptionValue.Escaped
    );
    private readonly Option<object> _chatTemplate = OptionGroup<GenerationOptions>.CreateOption<object>(
        ["--chat-template"],
        "Whether the prompt is a message that the model's chat template writes (by default, as the run of the adapter wrote prompts).",
        OptionValue.Enumeration<ChatTemplateUse>().Kind
    );
    private readonly Option<object> _chatDate = OptionGroup<GenerationOptions>.CreateOption<object>(
        ["--chat-date"],
        "Date that the chat template writes, where it does (by default, that of the run of the adapter, else today).",
        OptionValue.Date.Kind
    );
    private readonly Option<string> _system = Text("--system", "System message before it.", OptionValue.Escaped);

    public static Command Create() => new GenerateCommand().Build();

    private DocumentedCommand Build()
    {
        var (text, engine, json) = (GenerationOptionGroup.Create(), EngineOptionGroup.Create(), OutputFlags.Json());
        var command = new DocumentedCommand(Name, Summary, Usage, Example);
        command.Add(Section("Model", _model, _run, _adapter, _ignoreBaseMismatch, _compare));
        command.Add(Section("Prompt", _prompt, _chat, _system, _chatTemplate, _chatDate));
        command.Add(text.ToSection());
        command.Add(engine.ToSection());
        command.Add(OutputFlags.Section(json));
        command.SetAction(
            async (result, cancellation) =>
            {
                Check(result);
                var options = Sound(text.Bind(result, new GenerationOptions()));
                var warnings = new WarningLines(result.InvocationConfiguration.Error);
                var engineOptions = EngineOf(result, engine) with
                {
                    Warnings = warnings,
                    CacheProgress = new WeightsProgress(result.InvocationConfiguration.Error),
                };
                using var model = LocalModel.Open(ModelOf(result), engineOptions);
                options = EndingAsRun(result, options, model);
                var (prompt, isChat) = await ReadPrompt(result, model, cancellation);
                var answers = new List<Answer>();
                foreach (var (name, adapter) in Adapters(result, model, engineOptions.CacheFolder))
                {
                    var writer = result.GetValue(json) ? null : result.InvocationConfiguration.Output;
                    if (result.GetValue(_compare))
                    {
                        writer?.WriteLine(
                            $"{(answers.Count == 0 ? "" : Environment.NewLine)}--- {(name is null ? "base model" : $"adapter {name}")} ---"
                        );
                    }

                    using var generator = new TextGenerator(model, adapter, warnings);
                    var watch = Stopwatch.StartNew();
                    Action<string>? show = writer is null ? null : piece => Write(writer, piece);
                    var answer = await generator.GenerateAsync(prompt, options with { AddSpecialTokens = !isChat }, show, cancellation);
                    writer?.WriteLine();
                    result.InvocationConfiguration.Error.WriteLine(Outcome(answer, watch.Elapsed - generator.LoadTime, generator.LoadTime));
                    answers.Add(AnswerOf(name, answer));
                }

                if (result.GetValue(json))
                {
                    result.InvocationConfiguration.Output.WriteLine(
                        ReportJson.Write(
                            new
                            {
                                Model = ModelOf(result),
                                Prompt = prompt,
                                Answers = answers,
                            }
                        )
                    );
                }

                return ExitCodes.Success;
            }
        );
        return command;
    }

    private void Check(ParseResult result)
    {
        Require(
            result.GetValue(_model) is not null || result.GetValue(_run) is not null,
            "Option '--model' is missing: give a Hugging Face folder or a .gguf file, or a run with '--run'."
        );
        Require(
            result.GetValue(_prompt) is null || result.GetValue(_chat) is null,
            "Both '--prompt' and '--chat' are given: keep one of them."
        );
        Require(
            result.GetValue(_system) is null || result.GetValue(_chat) is not null,
            "'--system' belongs to a message: give the message with '--chat'."
        );
        Require(
            !result.GetValue(_compare) || AdapterOf(result) is not null,
            "'--compare' needs an adapter to compare the base model with: give it with '--adapter' or '--run'."
        );
    }

    private static GenerationOptions Sound(GenerationOptions options)
    {
        var errors = options.Validate();
        Require(errors.Count == 0, OptionNames.Translate(string.Join(Environment.NewLine, errors)));
        return options;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new CommandException(ExitCodes.Usage, message);
        }
    }

    private async Task<(string Prompt, bool IsChat)> ReadPrompt(ParseResult result, LocalModel model, CancellationToken cancellation)
    {
        if (result.GetValue(_chat) is { } message)
        {
            return (Message(result, model, message), true);
        }

        if (result.GetValue(_prompt) is not { } prompt)
        {
            // The line break that ends a typed or piped line is not part of the prompt.
            var piped = await StandardStreams.ReadInputAsync(cancellation);
            prompt = piped.EndsWith('\n') ? piped[..^(piped.EndsWith("\r\n", StringComparison.Ordinal) ? 2 : 1)] : piped;
        }

        if (IsMessage(result))
        {
            return (Message(result, model, prompt), true);
        }

        Require(
            result.GetResult(_chatDate) is null or { Implicit: true },
            "'--chat-date' belongs to a message: give the message with '--chat', or leave the date out."
        );
        return (prompt, false);
    }

    private string Message(ParseResult result, LocalModel model, string message)
    {
        if (model.ChatTemplate is null)
        {
            throw new CommandException(
                ExitCodes.Input,
                $"The model '{ModelOf(result)}' has no chat template, so it does not know messages. "
                    + "Give the whole prompt with '--prompt'."
            );
        }

        ChatTurn[] system = result.GetValue(_system) is { } instruction ? [new ChatTurn("system", instruction)] : [];
        ChatTurn[] turns = [.. system, new ChatTurn("user", message)];
        var date = result.GetValue(_chatDate) as DateOnly? ?? RunOf(result)?.ReadConfig().Data.ChatDate;
        return date is { } fixedDate
            ? model.RenderChat(turns, addGenerationPrompt: true, fixedDate)
            : model.RenderChat(turns, addGenerationPrompt: true);
    }

    /// <summary>Whether the chat template writes the prompt: the adapter of a run is for prompts as the run wrote them.</summary>
    private bool IsMessage(ParseResult result)
    {
        if (result.GetValue(_chatTemplate) is ChatTemplateUse use)
        {
            return use == ChatTemplateUse.Always;
        }

        var isMessage = RunOf(result)?.ReadConfig().Data.ChatTemplate == ChatTemplateUse.Always;
        if (isMessage)
        {
            result.InvocationConfiguration.Error.WriteLine(
                "The prompt is written by the chat template, as those of the run were; '--chat-template never' takes it as it is."
            );
        }

        return isMessage;
    }

    /// <summary>What a run wrote behind answers ends those that its adapter writes, unless other texts are given.</summary>
    private GenerationOptions EndingAsRun(ParseResult result, GenerationOptions options, LocalModel model)
    {
        var data = options.StopTexts.Count > 0 ? null : RunOf(result)?.ReadConfig().Data;
        if (data is not { Choices: null, LabelWords: null, AnswerSuffix: { Length: > 0 } end })
        {
            return options;
        }

        if (model.Tokenizer.TokenToId(end) is not { } id || !model.EndTokenIds.Contains(id))
        {
            result.InvocationConfiguration.Error.WriteLine(
                $"The answer ends at '{end.Replace("\n", "\\n", StringComparison.Ordinal)}', as those of the run did; "
                    + "'--stop' names other texts."
            );
        }

        return options with
        {
            StopTexts = [end],
        };
    }

    private RunFolder? RunOf(ParseResult result) =>
        AdapterOf(result) is { } adapter ? RunFolder.Around(adapter)
        : result.GetValue(_run) is { } run ? new RunFolder(run)
        : null;

    private string ModelOf(ParseResult result) => result.GetValue(_model) ?? new RunFolder(result.GetValue(_run)!).ReadConfig().Model;

    /// <summary>
    /// The engine as given. How weights are held was decided by the run for its model, and belongs to its adapter wherever it answers.
    /// </summary>
    private EngineOptions EngineOf(ParseResult result, OptionGroup<EngineOptions> group)
    {
        var given = group.Bind(result, new EngineOptions());
        var decided =
            result.GetValue(_run) is { } run && result.GetValue(_model) is null
                ? new RunFolder(run).ReadConfig().Engine
                : new EngineOptions();
        return given.Weights == WeightFormat.Auto && given.Name == decided.Name ? given with { Weights = decided.Weights } : given;
    }

    private string? AdapterOf(ParseResult result)
    {
        if (result.GetValue(_adapter) is not null || result.GetValue(_run) is not { } path)
        {
            return result.GetValue(_adapter);
        }

        return new RunFolder(path).KeptAdapter;
    }

    /// <summary>Which answers are wanted, in their order; null is the base model.</summary>
    private IEnumerable<(string? Name, LoraAdapter? Adapter)> Adapters(ParseResult result, LocalModel model, string? cacheFolder)
    {
        var path = AdapterOf(result);
        var adapter = path is null ? null : AdapterFiles.Load(path, model.Checkpoint, result.GetValue(_ignoreBaseMismatch), cacheFolder);
        return result.GetValue(_compare) ? [(null, null), (path, adapter)] : [(path, adapter)];
    }

    private static void Write(TextWriter output, string piece)
    {
        output.Write(piece);
        output.Flush();
    }

    private static string Outcome(GeneratedText text, TimeSpan time, TimeSpan loading)
    {
        var end = text.End switch
        {
            GenerationEnd.EndOfSequence => "the model ended it",
            GenerationEnd.StopText => "a stop text ended it",
            GenerationEnd.MaxNewTokens => "--max-new-tokens ended it",
            _ => "the model's context is full",
        };
        return $"{Quantity.Number(text.PromptTokens)} prompt tokens, {Quantity.Number(text.TokenIds.Count)} new ones "
            + $"in {Quantity.Seconds(time.TotalSeconds)} (loading {Quantity.Seconds(loading.TotalSeconds)}); {end}";
    }

    private static HelpSection Section(string title, params Option[] options) =>
        new(title, [.. options.Select(option => new HelpEntry(option, null))]);

    private static Option<string> Text(string name, string description, OptionValue<string> value, params string[] aliases) =>
        OptionGroup<GenerationOptions>.CreateOption([name, .. aliases], description, value);

    private static Answer AnswerOf(string? adapter, GeneratedText text) =>
        new(
            adapter,
            text.Text,
            text.PromptTokens,
            text.TokenIds.Count,
            text.AdapterStart,
            adapter is null ? null : text.AdapterStart is not null,
            text.End
        );

    /// <summary>An answer in the document of --json; the base model has no adapter that could act.</summary>
    private sealed record Answer(
        string? Adapter,
        string Text,
        int PromptTokens,
        int NewTokens,
        int? AdapterStart,
        bool? AdapterActs,
        GenerationEnd End
    );
}
