using System.Numerics.Tensors;
using MobiZO.Adapted;
using MobiZO.Data;
using MobiZO.PrefixCache;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Scoring;

/// <summary>
/// Answers prompts greedily with every copy of an adapter at once. Rows of all copies and prompts grow side by side, a token a run; those
/// that have ended wait for the others.
/// </summary>
internal sealed class AnswerWriter : IDisposable
{
    // Rows of more are written one batch after another.
    private const int MostRows = 64;

    /// <summary>Most bytes of keys and values of the rows that are answered at once, unless one copy's rows alone need more.</summary>
    public const long MostBytes = 512L << 20;

    private readonly AdaptedModel _model;
    private readonly int _mostTokens;
    private readonly LengthGrid _lengths;
    private readonly Lazy<IProgramSession> _first;
    private readonly Lazy<IProgramSession> _next;
    private readonly RowKeyValues _rows = new();

    /// <param name="model">The adapted model; it stays the caller's.</param>
    /// <param name="mostTokens">Most tokens of an answer.</param>
    public AnswerWriter(AdaptedModel model, int mostTokens)
    {
        (_model, _mostTokens, _lengths) = (model, mostTokens, model.Model.Engine.Traits.Lengths);
        var isCached = IsCached(model.Start);
        _next = new Lazy<IProgramSession>(() => Load(PrefixKind.KeyValues));
        _first = isCached ? _next : new Lazy<IProgramSession>(() => Load(PrefixKind.Tokens));
    }

    /// <summary>The prompt of a row as it is answered; its own answer is not read.</summary>
    /// <param name="row">The row.</param>
    /// <param name="start">Where the adapter starts.</param>
    public static PromptExample ExampleOf(EncodedExample row, AdapterStart start) =>
        new(row.PromptIds, IsCached(start) ? start.TokenOf(row) : 0, [0], [], 0);

    /// <summary>Bytes that the keys and values of a row take while it is answered.</summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="promptTokens">Tokens of its prompt.</param>
    /// <param name="mostTokens">Most tokens of its answer.</param>
    public static long BytesOfRow(AdaptedModel model, int promptTokens, int mostTokens)
    {
        var config = model.Model.Checkpoint.Config;
        long room = model.Model.Engine.Traits.Lengths.Room(promptTokens + mostTokens);
        return room * config.LayerCount * 2 * config.KeyValueHeadCount * config.HeadDimension * sizeof(float);
    }

    /// <summary>Rows that are answered at once; at least one.</summary>
    /// <param name="promptTokens">Tokens of their longest prompt.</param>
    /// <param name="suffixTokens">Most tokens of a prompt that are not cached.</param>
    /// <param name="maxTokensPerRun">Most tokens of one engine run.</param>
    public int RowsAtOnce(int promptTokens, int suffixTokens, int maxTokensPerRun)
    {
        var fitting = MostBytes / BytesOfRow(_model, promptTokens, _mostTokens);
        return (int)Math.Max(1, Math.Min(Math.Min(MostRows, maxTokensPerRun / suffixTokens), fitting));
    }

    /// <summary>Answers every prompt with every copy.</summary>
    /// <param name="examples">E prompts (<see cref="ExampleOf"/>).</param>
    /// <param name="copies">P copies.</param>
    /// <param name="prompts">Their frozen parts; null when nothing is frozen.</param>
    /// <param name="indices">Where the prompts lie in that store.</param>
    /// <param name="ends">The text that ends the answer to each prompt, null: an end token alone does; null: of all prompts.</param>
    /// <returns>
    /// Token ids of P * E answers, without an end token but with a text that ends them: copy 0 first, prompt by prompt. Null where the
    /// scores of a next token are not numbers.
    /// </returns>
    public IReadOnlyList<int[]?> Write(
        IReadOnlyList<PromptExample> examples,
        AnswerCopies copies,
        PrefixStore? prompts,
        IReadOnlyList<int> indices,
        IReadOnlyList<string?>? ends = null
    )
    {
        var feed = StepFeed.Create(StepLossKind.Tokens, examples, copies.Count, _lengths);
        var inputs = new Dictionary<string, HostTensor>(feed.Inputs, StringComparer.Ordinal);
        if (IsCached(_model.Start))
        {
            prompts?.AddTo(inputs, feed, indices);
        }

        var longest = examples.Max(example => example.Prompt.Length);
        _rows.Start(feed.RowCount, _lengths.Room(longest + _mostTokens), inputs);
        int[] counts = [.. Enumerable.Range(0, feed.RowCount).Select(row => SuffixOf(examples[row % examples.Count]))];
        var answers = new Answers(feed.RowCount, _model.Model.EndTokenIds, row => TextOf(examples, ends, row % examples.Count));
        Run(_first.Value, inputs, copies, counts, answers);
        while (true)
        {
            // A row whose context is full has ended, whatever its neighbours do.
            answers.EndWhere(row => _rows.Lengths[row] + 1 >= _model.Model.Checkpoint.Config.MaxPositions);
            if (answers.HaveEnded || answers.Tokens >= _mostTokens)
            {
                return answers.All;
            }

            answers.CountOpen(counts);
            Run(_next.Value, NextTokens(answers), copies, counts, answers);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var session in new[] { _first, _next }.Distinct().Where(session => session.IsValueCreated))
        {
            session.Value.Dispose();
        }
    }

    /// <summary>Whether the prompts of every layer are cached; else they are computed with the rows.</summary>
    private static bool IsCached(AdapterStart start) => start is { Prompt: PrefixKind.KeyValues, Layer: 0 };

    /// <summary>Tokens of a prompt that are not cached.</summary>
    public static int SuffixOf(PromptExample example) => example.Prompt.Length - example.SuffixStart;

    /// <summary>The text of an answer that a text ends; null where tokens alone do, and no text is needed to see it.</summary>
    private AnswerText? TextOf(IReadOnlyList<PromptExample> examples, IReadOnlyList<string?>? ends, int index) =>
        ends?[index] is { } end ? new AnswerText(_model.Model.Tokenizer, examples[index].Prompt, end) : null;

    private IProgramSession Load(PrefixKind prompt) =>
        _model.Load(_model.Model.Assembler.GenerateCopies(_model.Layout!, prompt), RunStyle.Repeated);

    private void Run(IProgramSession session, Dictionary<string, HostTensor> inputs, AnswerCopies copies, int[] counts, Answers answers)
    {
        foreach (var (name, tensor) in copies.Inputs)
        {
            inputs[name] = tensor;
        }

        session.Run(
            inputs,
            (name, shape, values) =>
            {
                if (RowKeyValues.IsPresent(name))
                {
                    _rows.Append(name, shape, values, counts);
                }
                else
                {
                    answers.Add(values, shape[^1]);
                }
            }
        );
        _rows.Grow(counts);
    }

    private Dictionary<string, HostTensor> NextTokens(Answers answers)
    {
        var count = _rows.Lengths.Length;
        var inputs = new Dictionary<string, HostTensor>(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of([.. answers.Last.Select(token => (long)token)], count, 1),
            [ProgramNames.Positions] = HostTensor.Of([.. _rows.Lengths.Select(length => (long)length)], count, 1),
            [ProgramNames.AnswerRows] = HostTensor.Of(
                [.. Enumerable.Range(0, _lengths.Fit(count)).Select(row => row < count ? row : 0L)],
                _lengths.Fit(count)
            ),
        };
        _rows.AddTo(inputs);
        return inputs;
    }

    /// <summary>The tokens of every row so far.</summary>
    private sealed class Answers(int rows, IReadOnlySet<int> endTokens, Func<int, AnswerText?> textOf)
    {
        private readonly AnswerText?[] _texts = [.. Enumerable.Range(0, rows).Select(textOf)];
        private readonly List<int>[] _tokens = [.. Enumerable.Range(0, rows).Select(_ => new List<int>())];
        private readonly bool[] _hasEnded = new bool[rows];
        private readonly bool[] _isBroken = new bool[rows];

        /// <summary>Tokens that were chosen for every row, those behind its end too.</summary>
        public int Tokens { get; private set; }

        /// <summary>The last chosen token of every row.</summary>
        public int[] Last { get; } = new int[rows];

        public bool HaveEnded => Array.TrueForAll(_hasEnded, ended => ended);

        public IReadOnlyList<int[]?> All => [.. _tokens.Select((tokens, row) => _isBroken[row] ? null : tokens.ToArray())];

        /// <summary>Ends rows.</summary>
        public void EndWhere(Func<int, bool> isEnd)
        {
            for (var row = 0; row < rows; row++)
            {
                _hasEnded[row] |= isEnd(row);
            }
        }

        /// <summary>One token for every row that goes on, none for the others: they wait, and their last place is computed again.</summary>
        public void CountOpen(int[] counts)
        {
            for (var row = 0; row < rows; row++)
            {
                counts[row] = _hasEnded[row] ? 0 : 1;
            }
        }

        /// <summary>Takes the most probable token of every row.</summary>
        /// <param name="logits">[R, V], a line for every row and then padding.</param>
        /// <param name="vocabulary">V.</param>
        public void Add(ReadOnlySpan<float> logits, int vocabulary)
        {
            for (var row = 0; row < rows; row++)
            {
                if (_hasEnded[row])
                {
                    continue;
                }

                // IndexOfMax names the first NaN: such a row has no next token.
                var line = logits.Slice(row * vocabulary, vocabulary);
                var token = TensorPrimitives.IndexOfMax(line);
                (Last[row], _isBroken[row]) = (token, !float.IsFinite(line[token]));
                _hasEnded[row] = endTokens.Contains(token) || _isBroken[row];
                if (!_hasEnded[row])
                {
                    _tokens[row].Add(token);
                    _texts[row]?.Add(token);
                    _hasEnded[row] = _texts[row]?.HasEnded == true;
                }
            }

            Tokens++;
        }
    }
}
