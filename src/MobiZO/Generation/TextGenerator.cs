using System.Runtime.CompilerServices;
using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.Programs.Engines;

namespace MobiZO.Generation;

/// <summary>
/// Continues prompts with a model and, if given, an adapter. May be used by many threads at once; their texts take turns token by token.
/// An adapter of scope <c>all</c> acts on every token;
/// one of scope <c>activated</c> from the last occurrence of its invocation tokens in the prompt on, and not at all when they do not occur
/// there.
/// </summary>
public sealed class TextGenerator : IDisposable
{
    private readonly LocalModel _model;
    private readonly AdaptedModel _adapted;
    private readonly IProgress<string>? _warnings;
    private readonly GenerationPrograms _programs;

    /// <summary>Prepares the model, which stays the caller's to dispose.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="adapter">The adapter, or null for the base model alone.</param>
    /// <param name="warnings">Told when the adapter cannot act on a prompt; may be null.</param>
    /// <exception cref="FineTuneException">The adapter does not fit the model.</exception>
    public TextGenerator(LocalModel model, LoraAdapter? adapter = null, IProgress<string>? warnings = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        (_model, _warnings) = (model, warnings);
        _adapted = new AdaptedModel(model, adapter, hasSingleRows: true, RunStyle.OneByOne);
        _programs = new GenerationPrograms(_adapted, adapter is null ? null : AdapterTensors.Of(adapter));
    }

    /// <summary>
    /// Time that loading the programs took so far: they are loaded when they are first needed, within the first text.
    /// </summary>
    public TimeSpan LoadTime => _programs.LoadTime;

    /// <summary>
    /// Writes the continuation of a prompt piece by piece; a piece never ends within a character. Errors come with the first piece.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="options">How the text is chosen; null: greedy.</param>
    /// <param name="cancellation">Stops before the next token.</param>
    /// <exception cref="GenerationException">The options have errors, or the prompt is empty or fills the context.</exception>
    public IAsyncEnumerable<string> StreamAsync(
        string prompt,
        GenerationOptions? options = null,
        CancellationToken cancellation = default
    ) => StreamPieces(() => Start(prompt, options), cancellation);

    /// <summary>Writes the continuation of a prompt.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="options">How the text is chosen; null: greedy.</param>
    /// <param name="onText">Given every piece of text as it becomes certain, on the generating thread; may be null.</param>
    /// <param name="cancellation">Stops before the next token.</param>
    /// <exception cref="GenerationException">The options have errors, or the prompt is empty or fills the context.</exception>
    public Task<GeneratedText> GenerateAsync(
        string prompt,
        GenerationOptions? options = null,
        Action<string>? onText = null,
        CancellationToken cancellation = default
    ) => RunAsync(Start(prompt, options), onText, cancellation);

    /// <summary>Writes the continuation of a prompt that is given as token ids, exactly as they are.</summary>
    /// <inheritdoc cref="GenerateAsync(string, GenerationOptions?, Action{string}?, CancellationToken)"/>
    /// <param name="promptIds">Token ids of the prompt; at least one.</param>
    /// <param name="options">How the text is chosen; null: greedy.</param>
    /// <param name="onText">Given every piece of text as it becomes certain, on the generating thread; may be null.</param>
    /// <param name="cancellation">Stops before the next token.</param>
    public Task<GeneratedText> GenerateAsync(
        IReadOnlyList<int> promptIds,
        GenerationOptions? options = null,
        Action<string>? onText = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        return RunAsync(Start([.. promptIds], Checked(options)), onText, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _programs.Dispose();
        _adapted.Dispose();
    }

    private static async IAsyncEnumerable<string> StreamPieces(
        Func<GenerationRun> start,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var run = start();
        while (await Task.Run(run.Next, cancellation).ConfigureAwait(false) is { } piece)
        {
            if (piece.Length > 0)
            {
                yield return piece;
            }
        }
    }

    private static Task<GeneratedText> RunAsync(GenerationRun run, Action<string>? onText, CancellationToken cancellation) =>
        Task.Run(
            () =>
            {
                while (run.Next() is { } piece)
                {
                    if (piece.Length > 0)
                    {
                        onText?.Invoke(piece);
                    }

                    cancellation.ThrowIfCancellationRequested();
                }

                return run.Result;
            },
            cancellation
        );

    private static GenerationOptions Checked(GenerationOptions? options)
    {
        options ??= new GenerationOptions();
        GenerationException.ThrowIfInvalid(options.Validate());
        return options;
    }

    private GenerationRun Start(string prompt, GenerationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var sound = Checked(options);
        return Start(WithOneBeginning(prompt, _model.Tokenizer.Encode(prompt, sound.AddSpecialTokens).Ids), sound);
    }

    /// <summary>A rendered conversation may begin with BOS already: it gets no second one.</summary>
    private int[] WithOneBeginning(string prompt, int[] ids) =>
        _model.Checkpoint.SpecialTokens.TryGetValue("bos_token", out var text)
        && prompt.StartsWith(text, StringComparison.Ordinal)
        && _model.Tokenizer.TokenToId(text) is { } bos
        && ids is [var first, var second, ..]
        && first == bos
        && second == bos
        && _model.Tokenizer.Encode(prompt, addSpecialTokens: false).Ids.Length < ids.Length
            ? ids[1..]
            : ids;

    private GenerationRun Start(int[] promptIds, GenerationOptions options)
    {
        var (vocabulary, most) = (_model.Checkpoint.Config.VocabularySize, _model.Checkpoint.Config.MaxPositions);
        if (promptIds.Length == 0)
        {
            throw new GenerationException(
                "The prompt has no tokens, and the model has none of its own to begin with. Give it a first word."
            );
        }

        if (promptIds.Length >= most)
        {
            throw new GenerationException(
                $"The prompt has {promptIds.Length} tokens; the model's context holds {most}, at least one of them new. Shorten the prompt."
            );
        }

        if (Array.FindIndex(promptIds, id => id < 0 || id >= vocabulary) is >= 0 and var place)
        {
            throw new GenerationException(
                $"Token {place} of the prompt, {DataException.Quote(_model.Tokenizer.IdToToken(promptIds[place]) ?? "")} "
                    + $"({promptIds[place]}), is beyond the model's {vocabulary} embeddings. The tokenizer has tokens that the model was "
                    + "not extended for: leave them out, or use the tokenizer that belongs to the model."
            );
        }

        int? adapterStart = _adapted.Layout is null ? null : _adapted.Start.TokenIn(promptIds);
        if (_adapted.Layout is not null && adapterStart is null)
        {
            _warnings?.Report(
                $"The base model answers alone, because {_adapted.Start.NotInvoked}. End the prompt as the training prompts did."
            );
        }

        return new GenerationRun(_model, _programs, options, promptIds, adapterStart);
    }
}
