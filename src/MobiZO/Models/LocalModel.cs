using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Storage;
using MobiZO.Data;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Models;

/// <summary>A checkpoint with its tokenizer, chat template and the engine that runs it.</summary>
public sealed class LocalModel : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly Lazy<ChatTemplate?> _chatTemplate;
    private readonly UndefinedNames _undefined;

    private LocalModel(Checkpoint checkpoint, ITokenizer tokenizer, IEngine engine, ChosenWeights weights, IProgress<string>? warnings)
    {
        (Weights, WhyWeights) = (weights.Format, weights.Why);
        _undefined = new UndefinedNames(checkpoint.Path, warnings);
        _checkpoint = checkpoint;
        Tokenizer = tokenizer;
        Engine = engine;
        Assembler = new ProgramAssembler(checkpoint.Description);
        EndTokenIds = EndTokens.Of(checkpoint, tokenizer);
        _chatTemplate = new Lazy<ChatTemplate?>(() => checkpoint.ChatTemplate is { } source ? ChatTemplate.Parse(source) : null);
    }

    /// <summary>Facts, weights and metadata of the checkpoint.</summary>
    public Checkpoint Checkpoint => _checkpoint;

    /// <summary>The model's tokenizer.</summary>
    public ITokenizer Tokenizer { get; }

    /// <summary>What <see cref="Tokenizer"/> was built from where a GGUF file holds it; else null.</summary>
    internal GgufVocabulary? GgufVocabulary => VocabularyOf(_checkpoint);

    /// <summary>The engine; one for all programs of this model.</summary>
    public IEngine Engine { get; }

    /// <summary>How the engine holds the frozen matrices: decided, never <see cref="WeightFormat.Auto"/>.</summary>
    public WeightFormat Weights { get; }

    /// <summary>One sentence about <see cref="Weights"/> where the options left them open and there was something to decide.</summary>
    public string? WhyWeights { get; }

    /// <summary>Builds the programs of the checkpoint.</summary>
    public ProgramAssembler Assembler { get; }

    /// <summary>
    /// Tokens that end a text: those of the config, the tokenizer's <c>eos_token</c>, and in a GGUF file the known ends of a turn.
    /// </summary>
    public IReadOnlySet<int> EndTokenIds { get; }

    /// <summary>The chat template, or null when the checkpoint has none.</summary>
    /// <exception cref="ChatTemplateException">The template uses something that is not supported.</exception>
    public ChatTemplate? ChatTemplate => _chatTemplate.Value;

    /// <summary>Opens a Hugging Face folder or a GGUF file.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="options">Which engine and how; null: defaults.</param>
    /// <exception cref="CheckpointException">The checkpoint is missing, damaged or not supported.</exception>
    /// <exception cref="TokenizerException">Its tokenizer is missing, damaged or not supported.</exception>
    /// <exception cref="FineTuneException">The engine cannot do here what the options ask for.</exception>
    public static LocalModel Open(string path, EngineOptions? options = null) =>
        Open(path, options ?? new EngineOptions(), createEngine: null);

    /// <summary>Opens a checkpoint for an engine that is made when the checkpoint is sound; the model owns it.</summary>
    internal static LocalModel Open(string path, Func<IEngine> createEngine) =>
        Open(path, new EngineOptions { Weights = WeightFormat.Float32 }, createEngine);

    private static LocalModel Open(string path, EngineOptions options, Func<IEngine>? createEngine)
    {
        var warnings = options.Warnings;
        var checkpoint = Checkpoint.Open(path);
        try
        {
            foreach (var warning in checkpoint.Warnings)
            {
                warnings?.Report(warning);
            }

            var tokenizer = OpenTokenizer(checkpoint);
            var weights = ChosenWeights.Of(checkpoint, options);
            return new LocalModel(checkpoint, tokenizer, createEngine?.Invoke() ?? options.Create(weights.Format), weights, warnings);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>Renders a conversation with the chat template; one that writes the date writes that of today.</summary>
    /// <param name="turns">The messages, in order.</param>
    /// <param name="addGenerationPrompt">Whether the header that starts the assistant's answer is added at the end.</param>
    /// <exception cref="DataException">The checkpoint has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails on it.</exception>
    public string RenderChat(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt) =>
        RenderChat(turns, addGenerationPrompt, ChatDate.Today);

    /// <summary>Renders a conversation with the chat template and a date.</summary>
    /// <param name="turns">The messages, in order.</param>
    /// <param name="addGenerationPrompt">Whether the header that starts the assistant's answer is added at the end.</param>
    /// <param name="date">The date that the template writes, if it does; that of a run is its <see cref="DataOptions.ChatDate"/>.</param>
    /// <exception cref="DataException">The checkpoint has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails on it.</exception>
    public string RenderChat(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt, DateOnly date)
    {
        var template =
            ChatTemplate
            ?? throw new DataException(
                $"The model '{_checkpoint.Path}' has no chat template: give prompts with a template of your own instead of messages."
            );
        return template.Render([.. turns.Select(turn => new ChatMessage(turn.Role, turn.Content))], ChatOptions(addGenerationPrompt, date));
    }

    /// <summary>The text of the token that ends a text of this model; null: it has none that the tokenizer knows.</summary>
    internal string? EndText =>
        _checkpoint.SpecialTokens.TryGetValue("eos_token", out var text)
        && Tokenizer.TokenToId(text) is { } id
        && Tokenizer.Encode(text, addSpecialTokens: false).Ids is [var only]
        && only == id
            ? text
            : null;

    /// <summary>
    /// Encodes rows for this model: with its tokenizer and chat template, no example longer than its context, no token beyond its
    /// embedding.
    /// </summary>
    /// <exception cref="DataException">The options are wrong.</exception>
    /// <param name="data">How rows become examples.</param>
    /// <param name="hasMetric">Whether a metric compares what is written with all right answers of a row.</param>
    internal ExampleEncoder EncoderOf(DataOptions data, bool hasMetric = false)
    {
        var date = data.ChatDate ?? ChatDate.Today;
        return new ExampleEncoder(
            Tokenizer,
            data,
            (turns, addGenerationPrompt) => RenderChat(turns, addGenerationPrompt, date),
            _checkpoint.Config.MaxPositions,
            _checkpoint.Config.VocabularySize,
            _checkpoint.ChatTemplate is { } source && source.Contains("endgeneration", StringComparison.Ordinal)
                ? turns => RenderSpans(turns, date)
                : null,
            EndTokenIds.Count == 0 ? null : EndTokenIds.Min()
        )
        {
            ReadsRightAnswers = hasMetric,
        };
    }

    /// <summary>What rows leave open, decided for this model.</summary>
    /// <exception cref="DataException">The rows fit no shape, or more than one.</exception>
    internal DataOptions Decide(DataOptions data, IReadOnlyList<DataRow> rows, bool isOfRun = false) =>
        ChatDate.Decide(DecidedData.Of(data, rows, ChatTemplate is not null, EndText, IsOneToken, isOfRun), rows, _checkpoint.ChatTemplate);

    /// <summary>Whether a word is one token behind a text, or behind a new line where it brings no space.</summary>
    private bool IsOneToken(string word) =>
        PromptAnswerIds
            .Find(Tokenizer, char.IsWhiteSpace(word[0]) ? "Answer:" : "Answer:\n", [word], addSpecialTokens: false)
            .AnswerIds[0]
            .Length == 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        Engine.Dispose();
        _checkpoint.Dispose();
    }

    private RenderedChat RenderSpans(IReadOnlyList<ChatTurn> turns, DateOnly date) =>
        ChatTemplate!.RenderWithSpans(
            [
                .. turns.Select(turn => new OrderedDictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["role"] = turn.Role,
                    ["content"] = turn.Content,
                }),
            ],
            ChatOptions(addGenerationPrompt: false, date)
        );

    private ChatTemplateOptions ChatOptions(bool addGenerationPrompt, DateOnly date) =>
        new()
        {
            AddGenerationPrompt = addGenerationPrompt,
            SpecialTokens = _checkpoint.SpecialTokens,
            UndefinedNames = _undefined,
            CurrentTime = date.ToDateTime(TimeOnly.MinValue),
        };

    /// <summary>The tokenizer of a checkpoint.</summary>
    internal static ITokenizer OpenTokenizer(Checkpoint checkpoint)
    {
        if (checkpoint.TokenizerFile is { } file)
        {
            ForeignFile.Refuse(file);
            var special = checkpoint.SpecialTokens;
            return MobiZO.Text.Tokenizers.Tokenizer.FromFile(
                file,
                new SpecialEnds(
                    checkpoint.AddBos,
                    special.GetValueOrDefault("bos_token"),
                    checkpoint.AddEos,
                    special.GetValueOrDefault("eos_token")
                )
            );
        }

        var vocabulary =
            VocabularyOf(checkpoint)
            ?? throw new CheckpointException(
                $"'{checkpoint.Path}' has no tokenizer: expected a tokenizer.json in the folder. Copy it from the place the model came "
                    + $"from."
            );
        return MobiZO.Text.Tokenizers.Tokenizer.FromGguf(vocabulary);
    }

    /// <summary>Tells once of each variable that the template prints and the model does not have.</summary>
    private sealed class UndefinedNames(string path, IProgress<string>? warnings) : IProgress<string>
    {
        private readonly HashSet<string> _told = new(StringComparer.Ordinal);

        public void Report(string value)
        {
            lock (_told)
            {
                if (_told.Add(value))
                {
                    warnings?.Report(
                        $"The chat template of '{path}' prints '{value}', which the model does not define: it is left out of the prompts. "
                            + "Check that the files of the tokenizer are complete (tokenizer_config.json, special_tokens_map.json)."
                    );
                }
            }
        }
    }

    private static GgufVocabulary? VocabularyOf(Checkpoint checkpoint) =>
        checkpoint is { TokenizerFile: null, GgufTokenizer: { } metadata } ? ToVocabulary(metadata, checkpoint.Path) : null;

    private static GgufVocabulary ToVocabulary(GgufTokenizerMetadata metadata, string source) =>
        new()
        {
            Model = metadata.Model,
            ModelName = metadata.ModelName,
            Pre = metadata.Pre,
            Tokens = metadata.Tokens,
            Scores = metadata.Scores,
            TokenTypes = metadata.TokenTypes,
            Merges = metadata.Merges,
            BosId = metadata.BosId,
            EosId = metadata.EosId,
            UnkId = metadata.UnkId,
            AddBos = metadata.AddBos,
            AddEos = metadata.AddEos,
            AddSpacePrefix = metadata.AddSpacePrefix,
            Source = source,
        };
}
