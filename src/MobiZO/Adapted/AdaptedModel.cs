using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Adapted;

/// <summary>
/// A model with an adapter, ready to be trained, scored or asked: which modules are adapted, where the adapter starts, the program that
/// scores and those that compute what is frozen. Programs are loaded when they are first used.
/// </summary>
internal sealed class AdaptedModel : IDisposable
{
    private readonly Lazy<IProgramSession> _score;
    private readonly Lazy<IProgramSession>[] _trees;
    private readonly PrefixBatch _batch = new();

    /// <param name="model">The base model; it stays the caller's.</param>
    /// <param name="adapter">The adapter; null: the base model alone. Of its matrices only the sizes matter here.</param>
    /// <param name="hasSingleRows">Whether an example is one row (<see cref="AdapterStart.AreSingleRows"/>).</param>
    /// <param name="prefixStyle">How prompts are computed: many side by side, or one now and then by all cores.</param>
    /// <exception cref="FineTuneException">The adapter does not fit the model.</exception>
    public AdaptedModel(LocalModel model, LoraAdapter? adapter, bool hasSingleRows, RunStyle prefixStyle)
    {
        Model = model;
        Layout = adapter is null ? null : AdapterLayouts.Of(model.Assembler, adapter);
        Start = adapter is null ? AdapterStart.OfBaseModel : AdapterStart.Of(adapter, Layout!, hasSingleRows);
        Prefix = new PrefixPrograms(
            model.Assembler,
            PrefixShape.Of(model.Checkpoint.Config, Start.Prompt, Start.Layer),
            model.Engine.Traits,
            (program, style) => model.Engine.Load(program, model.Checkpoint, style),
            prefixStyle
        );
        _score = new Lazy<IProgramSession>(() => Load(model.Assembler.Score(Layout, Start.Prompt, Start.Layer, TellsLargest)));
        Lazy<IProgramSession> Trees(bool isWholeVocabulary) =>
            new(() => Load(model.Assembler.ScoreTrees(Layout, Start.Prompt, isWholeVocabulary, TellsLargest)));
        _trees = [Trees(isWholeVocabulary: false), Trees(isWholeVocabulary: true)];
    }

    /// <summary>The base model.</summary>
    public LocalModel Model { get; }

    /// <summary>Where the matrices of the adapter lie; null without one.</summary>
    public AdapterLayout? Layout { get; }

    /// <summary>Where the adapter starts.</summary>
    public AdapterStart Start { get; }

    /// <summary>
    /// Whether programs that score tell the likeliest token's log-probability too. Those of engines of static shapes go into the files of
    /// apps, and do without.
    /// </summary>
    private bool TellsLargest => Model.Engine.Traits.Lengths == LengthGrid.Exact;

    /// <summary>The program of log-probabilities; may be asked for on any thread.</summary>
    public IProgramSession Score => _score.Value;

    /// <summary>The program that scores packed rows, where the adapter starts at the first layer; may be asked for on any thread.</summary>
    /// <param name="isWholeVocabulary">Whether candidates are compared with the whole vocabulary, or with each other.</param>
    public IProgramSession ScoreTrees(bool isWholeVocabulary) => _trees[isWholeVocabulary ? 1 : 0].Value;

    /// <summary>The programs that compute the frozen part of prompts.</summary>
    public PrefixPrograms Prefix { get; }

    /// <summary>Loads a program of the model; the session is the caller's.</summary>
    /// <param name="program">The program.</param>
    /// <param name="style">How it will be run.</param>
    /// <param name="extents">What it will see; null: anything.</param>
    /// <exception cref="ProgramException">The engine refuses the program.</exception>
    public IProgramSession Load(Program program, RunStyle style = RunStyle.OneByOne, Extents? extents = null) =>
        Model.Engine.Load(program, Model.Checkpoint, style, extents);

    /// <summary>A row as it is scored: with all its choices, or with its free answer.</summary>
    /// <param name="row">The row.</param>
    /// <param name="isTree">Whether its words are scored as a tree, where they can be; single tokens need none.</param>
    /// <exception cref="DataException">The adapter would never act on the row.</exception>
    public PromptExample ForScoring(EncodedExample row, bool isTree = false) =>
        row.ChoiceIds.Length > 1
            ? new PromptExample(row.PromptIds, Start.TokenOf(row), [], row.ChoiceIds, row.Label ?? 0)
            {
                Rows = isTree && row.Tree is { } tree ? tree.ToScore(row.Label ?? 0) : [],
                TokenWeights = row.TokenWeights,
            }
            : new PromptExample(row.PromptIds, Start.TokenOf(row), row.AnswerIds, [], row.Label ?? 0);

    /// <summary>
    /// A store for the frozen parts of examples, with what earlier runs left in its folder; null when nothing is frozen. It is the
    /// caller's.
    /// </summary>
    /// <param name="examples">The examples.</param>
    /// <param name="options">Type, budget and files.</param>
    /// <param name="used">Examples worth computing ahead; null: all.</param>
    /// <exception cref="FineTuneException">A sequence is too long to be kept.</exception>
    public PrefixStore? OpenStore(IReadOnlyList<PromptExample> examples, PrefixCacheOptions options, IReadOnlyCollection<int>? used = null)
    {
        if (Prefix.Shape.Planes.Count == 0)
        {
            return null;
        }

        var store = new PrefixStore(Prefix, examples, options, _batch, used);
        store.Find();
        return store;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Prefix.Dispose();
        foreach (var program in _trees.Append(_score).Where(program => program.IsValueCreated))
        {
            program.Value.Dispose();
        }
    }
}
