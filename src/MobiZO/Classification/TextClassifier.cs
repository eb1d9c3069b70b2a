using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Probing;
using MobiZO.Programs.Engines;
using MobiZO.Runs;

namespace MobiZO.Classification;

/// <summary>
/// A fine-tuned model ready to label texts: loaded once, then one text at a time. The words of the labels are scored after the prompt as
/// <see cref="DataOptions.Scoring"/> says and an evaluation does, or by a probe. May be used by many threads at once; the engine computes
/// one text at a time.
/// </summary>
public sealed class TextClassifier : IDisposable
{
    // Longer rows than any model's context: one text is one run of the engine.
    private const int MaxTokensPerRun = int.MaxValue;

    // The program and the buffer of cached prompts are one for all texts.
    private readonly Lock _computing = new();
    private readonly List<IDisposable> _owned = [];
    private readonly DataOptions _data;
    private readonly ExampleEncoder _encoder;
    private readonly IReadOnlyList<string> _fields;
    private readonly AdaptedModel? _adapted;
    private readonly ProbeScorer? _probe;
    private readonly AdapterTensors? _adapter;
    private readonly PrefixCacheOptions _cache;

    /// <summary>Prepares a model, which stays the caller's to dispose.</summary>
    /// <param name="model">The base model.</param>
    /// <param name="adapter">The adapter, or null for the base model alone.</param>
    /// <param name="data">The template, label words and lengths that the adapter was trained with.</param>
    /// <param name="prefixCacheType">How the run rounded its prompts (scope activated); it gives the numbers of the run.</param>
    /// <exception cref="DataException">The options have errors, or name no labels.</exception>
    /// <exception cref="FineTuneException">The adapter does not fit the model.</exception>
    public TextClassifier(LocalModel model, LoraAdapter? adapter, DataOptions data, PrefixCacheType prefixCacheType = PrefixCacheType.Fp16)
        : this(model, data, prefixCacheType)
    {
        _adapter = adapter is null ? null : AdapterTensors.Of(adapter);
        var sample = Sample(model);
        _adapted = new AdaptedModel(model, adapter, sample is not null && AdapterStart.AreSingleRows(sample.ChoiceIds), RunStyle.OneByOne);
        _owned.Add(_adapted);
        if (sample is not null && _adapted.Start.TokenIn(sample.PromptIds) is not null)
        {
            new Evaluator(_adapted, [sample], _encoder.Choices, _ => null, MaxTokensPerRun).Load();
        }
    }

    private TextClassifier(LocalModel model, ProbeHead probe, DataOptions data)
        : this(model, data, PrefixCacheType.Fp32)
    {
        _probe = new ProbeScorer(model, probe, _encoder.Choices, MaxTokensPerRun);
        _owned.Add(_probe);
    }

    private TextClassifier(LocalModel model, DataOptions data, PrefixCacheType prefixCacheType)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        data = data.LabelWordsFile is { } file ? data with { LabelWords = LabelWord.ReadFile(file), LabelWordsFile = null } : data;
        if (LabelWord.AreLetters(data.LabelWords))
        {
            throw new DataException(
                "LabelWord.Letters (@letters) lets every label of the rows be a letter, and a classifier has no rows to find them in: give "
                    + "the LabelWords that the run decided (its config.json has them), or open the run by OpenRun."
            );
        }

        _data = data;

        // A text is seen once: nothing is worth keeping.
        _cache = new PrefixCacheOptions(prefixCacheType, MemoryBytes: 0, Folder: null, MaxTokensPerRun);
        _encoder = model.EncoderOf(data);
        if (_encoder.Choices.Count == 0)
        {
            throw new DataException(
                "A classifier needs words for the labels: give Choices or LabelWords. Free answers are written by a TextGenerator."
            );
        }

        _fields = data.Template is null ? [data.TextColumn] : PromptTemplate.Parse(data.Template).Fields;
        Labels = [.. _encoder.Choices.Select(LabelOf)];
    }

    /// <summary>The labels in the order of their words; labels that share a word are one, joined by a comma.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Prepares a model with a probe; the model stays the caller's to dispose.</summary>
    /// <param name="model">The model that the probe was fitted on.</param>
    /// <param name="probe">The probe.</param>
    /// <param name="data">The template, label words and lengths that the probe was trained with.</param>
    /// <exception cref="DataException">The options have errors, or name no labels.</exception>
    /// <exception cref="FineTuneException">The probe knows other words.</exception>
    public static TextClassifier OfProbe(LocalModel model, ProbeHead probe, DataOptions data)
    {
        ArgumentNullException.ThrowIfNull(probe);
        return new TextClassifier(model, probe, data);
    }

    /// <summary>Opens the model, the best adapter or the probe, and the data options of a finished or stopped run.</summary>
    /// <param name="runFolder">The output folder of the run.</param>
    /// <param name="engine">The engine; null: that of the run.</param>
    /// <exception cref="FineTuneException">The folder holds no run.</exception>
    /// <exception cref="CheckpointException">The run has no adapter yet, or model or adapter cannot be read.</exception>
    /// <exception cref="DataException">The run was not a classification.</exception>
    public static TextClassifier OpenRun(string runFolder, EngineOptions? engine = null)
    {
        var run = new RunFolder(runFolder);
        var options = run.ReadConfig();
        engine ??= options.Engine;
        if (engine.Weights == WeightFormat.Auto && engine.Name == options.Engine.Name)
        {
            engine = engine with { Weights = options.Engine.Weights };
        }

        var model = LocalModel.Open(options.Model, engine);
        try
        {
            var (kept, cache) = (run.KeptAdapter, engine.CacheFolderInForce);
            var classifier = ProbeHead.IsProbe(kept)
                ? new TextClassifier(model, ProbeHead.Load(kept, model.Checkpoint, cacheFolder: cache), options.Data)
                : new TextClassifier(
                    model,
                    AdapterFiles.Load(kept, model.Checkpoint, cacheFolder: cache),
                    options.Data,
                    options.PrefixCacheType
                );
            classifier._owned.Insert(0, model);
            return classifier;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Labels a text: the only column of the template, or the text column.</summary>
    /// <exception cref="DataException">The template shows several columns, or the text does not fit.</exception>
    /// <exception cref="FineTuneException">The scores are not numbers.</exception>
    public ClassifiedText Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return _fields.Count == 1
            ? Classify(new Dictionary<string, string> { [_fields[0]] = text })
            : throw new DataException(
                $"The template shows the columns {string.Join(", ", _fields)}; expected one. Give a value for each of them."
            );
    }

    /// <summary>Labels a row by the columns that the template shows.</summary>
    /// <exception cref="DataException">A column is missing, or the row does not fit.</exception>
    /// <exception cref="FineTuneException">The scores are not numbers.</exception>
    public ClassifiedText Classify(IReadOnlyDictionary<string, string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var row = Encode(columns);
        var scores = Score(row);
        var largest = scores.Max();
        var sum = scores.Sum(score => Math.Exp(score - largest));
        LabelProbability[] probabilities =
        [
            .. Labels.Zip(scores, (label, score) => new LabelProbability(label, Math.Exp(score - largest) / sum)),
        ];
        var best = probabilities.MaxBy(probability => probability.Probability)!;
        return new ClassifiedText(best.Label, best.Probability, probabilities);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }

        _owned.Clear();
    }

    /// <summary>
    /// A plain text as it will be scored, which says whether the label words are single tokens behind a text and which program scores them;
    /// null: no such text fits. Scores of a text that is unlike it are as right, and take longer.
    /// </summary>
    private EncodedExample? Sample(LocalModel model)
    {
        try
        {
            var encoder = model.EncoderOf(_data with { InvocationText = null });
            return encoder.Encode([NewRow(_fields.ToDictionary(field => field, _ => "text", StringComparer.Ordinal))])[0];
        }
        catch (DataException)
        {
            return null;
        }
    }

    private DataRow NewRow(IReadOnlyDictionary<string, string> columns)
    {
        // Examples have a right answer; which one it is does not change how they are scored.
        var label = KeyValuePair.Create(_data.LabelColumn, _data.LabelWords?[0].Label ?? _data.Choices![0]);
        KeyValuePair<string, string>[] cells = [.. columns.Where(cell => cell.Key != label.Key), label];
        var row = new DataRow("text to classify", 1, [.. cells.Select(cell => cell.Key)], [.. cells.Select(cell => cell.Value)]);
        return RowFields.Apply([row], _data with { RowsIn = null }, areGiven: true).Single();
    }

    private EncodedExample Encode(IReadOnlyDictionary<string, string> columns)
    {
        var example = _encoder.Encode([NewRow(columns)])[0];
        return _adapted is null || _adapted.Start.TokenIn(example.PromptIds) is not null
            ? example
            : throw new DataException(
                $"Of the text to classify {_adapted.Start.NotInvoked}. Use the template that the adapter was trained with."
            );
    }

    private IReadOnlyList<double> Score(EncodedExample row)
    {
        lock (_computing)
        {
            if (_probe is not null)
            {
                return _probe.Score([row], _ => { }, CancellationToken.None)[0];
            }

            var evaluator = new Evaluator(
                _adapted!,
                [row],
                _encoder.Choices,
                examples => _adapted!.OpenStore(examples, _cache),
                MaxTokensPerRun
            );
            return evaluator.Evaluate(_adapter, null, CancellationToken.None).Examples[0].Scores;
        }
    }

    private string LabelOf(string word) =>
        _data.LabelWords is { } labelWords
            ? string.Join(", ", labelWords.Where(pair => pair.Word == word).Select(pair => pair.Label.Trim()))
            : word.Trim();
}
