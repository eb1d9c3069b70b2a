using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using static MobiZO.Programs.Assembling.ProgramNames;

namespace MobiZO.Programs.Assembling;

/// <summary>Adds the decoder layers of a model to a program. All hidden states are [N*S, H].</summary>
internal sealed class Decoder
{
    private readonly ProgramBuilder _builder;
    private readonly ModelDescription _model;
    private readonly LayerParts _parts;
    private readonly PrefixKind _prompt;
    private readonly int _firstLayer;
    private readonly int _sharedLayers;
    private readonly Dimension _tokens;
    private readonly Value? _pastLengths;
    private readonly Value? _mask;
    private readonly Value? _seen;
    private readonly Dictionary<string, StreamPart> _streamParts = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Value> _streams = [];
    private RowPlaces _rows;
    private int _firstEmitted;

    public Decoder(
        ProgramBuilder builder,
        ModelDescription model,
        PrefixKind prompt,
        int firstLayer,
        LoraInputs? lora,
        EmittedKeyValues emitted,
        int? rowTokens = null,
        int sharedLayers = 0,
        bool isTree = false
    )
    {
        var count = model.Layers.Count;
        if (firstLayer < 0 || firstLayer > count || (firstLayer > 0 && (prompt == PrefixKind.Tokens || emitted != EmittedKeyValues.None)))
        {
            throw new ProgramException(
                $"A program cannot start at layer {firstLayer} of {count} with the prompt given as {prompt} and keys and values "
                    + $"emitted: {emitted}."
            );
        }

        if (
            sharedLayers < 0
            || sharedLayers > count
            || (sharedLayers > 0 && (prompt != PrefixKind.KeyValues || firstLayer > 0 || emitted != EmittedKeyValues.None))
        )
        {
            throw new ProgramException($"Copies cannot share {sharedLayers} of {count} layers with the prompt given as {prompt}.");
        }

        (_builder, _model, _prompt, _firstLayer, _sharedLayers) = (builder, model, prompt, firstLayer, sharedLayers);
        _parts = new LayerParts(builder, lora);
        _tokens = rowTokens is { } tokens ? tokens : "S";
        var isHosted = emitted == EmittedKeyValues.Host;
        _rows = AddPlaces(isHosted ? PositionIds : Positions, "N", "", Math.Max(firstLayer, sharedLayers), count);
        _seen = isTree ? builder.Input(Seen, "N", _tokens, _tokens) : null;
        _mask = isHosted ? builder.IntegerInput(AttentionMask, "N", "total") : null;
        _pastLengths =
            prompt == PrefixKind.KeyValues && !isHosted
                ? builder.IntegerInput(PastLengths, emitted == EmittedKeyValues.Grown || isTree ? "N" : "X")
                : null;
        Emitted = emitted;
    }

    /// <summary>Which keys and values of the computed layers become outputs.</summary>
    public EmittedKeyValues Emitted { get; }

    /// <summary>States before the final norm [R, H] of the answer positions and their rows [R]; null: they were not picked.</summary>
    public (Value Hidden, Value Rows)? Answers { get; private set; }

    /// <summary>Runs all layers; the result is the hidden state before the final norm.</summary>
    public Value Run()
    {
        var hidden = Start();
        for (var layer = Math.Max(_firstLayer, _sharedLayers); layer < _model.Layers.Count; layer++)
        {
            hidden = AddLayer(hidden, layer);
        }

        return hidden;
    }

    /// <summary>What enters a linear layer that was added.</summary>
    public Value InputOf(string module) => _parts.InputOf(module);

    /// <summary>The residual stream behind a layer that was added.</summary>
    public Value StreamAfter(int layer) => _streams[layer];

    /// <summary>What a linear layer that was added writes to the residual stream; null: it does not write there.</summary>
    public StreamPart? FindStreamPart(string module) => _streamParts.GetValueOrDefault(module);

    /// <summary>Hidden states [N, S, H] that enter a layer.</summary>
    public Value HiddenBefore(int layer)
    {
        var hidden = Start();
        for (var below = 0; below < layer; below++)
        {
            hidden = AddLayer(hidden, below);
        }

        return AddHidden(hidden);
    }

    /// <summary>
    /// Keys and values as outputs, and the hidden states that enter a layer when it is not the first; of the last layer nothing else is
    /// computed.
    /// </summary>
    /// <param name="firstLayer">The layer that hidden states enter.</param>
    /// <param name="isWhole">Keys and values of every layer; otherwise from <paramref name="firstLayer"/> on.</param>
    public void EmitKeyValues(int firstLayer, bool isWhole)
    {
        _firstEmitted = isWhole ? 0 : firstLayer;
        var last = _model.Layers.Count - 1;
        var hidden = Start();
        for (var layer = 0; layer <= last; layer++)
        {
            if (layer == firstLayer && layer > 0)
            {
                _builder.Output(AddHidden(hidden));
            }

            if (layer < last)
            {
                hidden = AddLayer(hidden, layer);
            }
        }

        AddProjections(AttentionStates(hidden, last), last, needsQueries: false);
    }

    /// <summary>Final-norm states [R, H] of the answer positions.</summary>
    public Value AnswerStates(Value hidden)
    {
        var rows = _builder.IntegerInput(AnswerRows, "R");
        var picked = _builder.Add("answer_hidden", new GatherRows(), hidden, rows);
        Answers = (picked, rows);
        return _parts.Norm("answer_states", _model.FinalNorm, picked);
    }

    /// <summary>Final-norm states [N*S, H] of every token.</summary>
    public Value AllStates(Value hidden) => _parts.Norm("answer_states", _model.FinalNorm, hidden);

    /// <summary>Rows [N*S, V] as [N, S, V].</summary>
    public Value SplitRows(string name, Value rows) => _builder.Add(name, new SplitRows(), rows, _rows.Positions);

    private Value Start()
    {
        if (_prompt == PrefixKind.Hidden || _firstLayer > 0)
        {
            var hidden = _builder.Input(Hidden, "X", _tokens, _model.Config.HiddenSize);
            return _builder.Add("start", new RepeatExamples(), hidden, _rows.Positions);
        }

        return _sharedLayers == 0 ? Embed("start", _builder.IntegerInput(InputIds, "N", _tokens)) : StartShared();
    }

    /// <summary>The layers that are the same for every copy, of the rows of the first one, and then those rows for all copies.</summary>
    private Value StartShared()
    {
        var all = _rows;
        _rows = AddPlaces(FirstPositions, "F", "first_", 0, _sharedLayers);
        var hidden = Embed("first_start", _builder.IntegerInput(FirstInputIds, "F", _tokens));
        for (var layer = 0; layer < _sharedLayers; layer++)
        {
            hidden = AddLayer(hidden, layer);
        }

        var split = _builder.Add("first_hidden", new SplitRows(), hidden, _rows.Positions);
        _rows = all;
        return _builder.Add("start", new RepeatExamples(), split, _rows.Positions);
    }

    private Value Embed(string name, Value ids)
    {
        var embedding = _model.Embedding;
        var states = _builder.Add(name, new Embedding(LayerParts.Of(embedding.Table)), ids);
        states = embedding.Scale == 1 ? states : _builder.Add(name + ".scaled", new Scale(embedding.Scale), states);
        if (embedding.Positions is { } table)
        {
            var places = _builder.Add(
                name + ".positions",
                new PositionEmbedding(LayerParts.Of(table), embedding.PositionOffset),
                _rows.Positions
            );
            states = _builder.Add(name + ".placed", new ResidualAdd(), states, places);
        }

        return embedding.Norm is { } norm ? _parts.Norm(name + ".normed", norm, states) : states;
    }

    private Value AddHidden(Value hidden) => _builder.Add(Hidden, new SplitRows(), hidden, _rows.Positions);

    private RowPlaces AddPlaces(string name, Dimension rows, string prefix, int firstLayer, int endLayer)
    {
        var positions = _builder.IntegerInput(name, rows, _tokens);
        var angles = new Dictionary<RotaryDescription, (Value, Value)>();
        foreach (
            var rotary in _model
                .Layers.Take(firstLayer..endLayer)
                .Select(layer => layer.Attention.Rotary)
                .OfType<RotaryDescription>()
                .Distinct()
        )
        {
            var suffix = angles.Count == 0 ? "" : $".{angles.Count}";
            var pair = _builder.AddMany(
                [$"{prefix}cos{suffix}", $"{prefix}sin{suffix}"],
                new RotaryAngles(rotary.InverseFrequencies, rotary.Factor),
                positions
            );
            angles.Add(rotary, (pair[0], pair[1]));
        }

        return new RowPlaces(positions, angles);
    }

    private Value AddLayer(Value hidden, int index)
    {
        var layer = _model.Layers[index];
        var states = AttentionStates(hidden, index);
        var (queries, keys, values) = AddProjections(states, index, needsQueries: true);
        var attended = _parts.Linear(layer.Attention.Output, AddAttention(queries!, keys, values, index));
        attended = Branch(layer.Name + ".attention_scaled", layer.Attention.Output, layer.AttentionPostNorm, layer.ResidualScale, attended);
        var middle = _builder.Add(layer.Name + ".middle", new ResidualAdd(), hidden, attended);
        var (entering, unnormed) = layer.IsParallel ? (hidden, states) : (middle, middle);
        var normed = layer.MlpNorm is { } norm ? _parts.Norm(norm, entering) : unnormed;
        var added = Branch(
            layer.Name + ".mlp_scaled",
            layer.Mlp.Down,
            layer.MlpPostNorm,
            layer.ResidualScale,
            _parts.Mlp(layer.Name, layer.Mlp, normed)
        );
        return _streams[index] = _builder.Add(layer.Name + ".out", new ResidualAdd(), middle, added);
    }

    private Value Branch(string name, LinearDescription linear, NormDescription? norm, double scale, Value output)
    {
        var added = _parts.Branch(name, norm, scale, output);
        _streamParts.Add(linear.Module, new StreamPart(InputOf(linear.Module), output, added));
        return added;
    }

    private Value AttentionStates(Value hidden, int index) =>
        _model.Layers[index].AttentionNorm is { } norm ? _parts.Norm(norm, hidden) : hidden;

    private (Value? Queries, Value Keys, Value Values) AddProjections(Value states, int index, bool needsQueries)
    {
        var (name, attention) = (_model.Layers[index].Name, _model.Layers[index].Attention);
        Value? queries;
        Value keys,
            values;
        if (attention.Layout == ProjectionLayout.Separate)
        {
            queries = needsQueries
                ? _parts.Queries(name + ".queries", attention, _parts.Linear(attention.Projections[0], states), _rows)
                : null;
            keys = _parts.Keys(name + ".keys", attention, _parts.Linear(attention.Projections[1], states), _rows);
            values = _parts.Linear(attention.Projections[2], states);
        }
        else
        {
            var cut = _parts.Cut(name, attention, _parts.Linear(attention.Projections[0], states));
            queries = needsQueries ? _parts.Queries(name + ".queries", attention, cut[0], _rows) : null;
            keys = _parts.Keys(name + ".keys", attention, cut[1], _rows);
            values = cut[2];
        }

        if (Emitted == EmittedKeyValues.New && index >= _firstEmitted)
        {
            var split = new SplitHeads(attention.KeyValueHeads);
            _builder.Output(_builder.Add(PresentKey(index), split, keys, _rows.Positions));
            _builder.Output(_builder.Add(PresentValue(index), split, values, _rows.Positions));
        }

        return (queries, keys, values);
    }

    private Value AddAttention(Value queries, Value keys, Value values, int index)
    {
        var attention = _model.Layers[index].Attention;
        var name = _model.Layers[index].Name + ".attended";
        var (heads, kvHeads, width) = (attention.Heads, attention.KeyValueHeads, attention.HeadDimension);
        if (_seen is not null)
        {
            return AddTreeAttention(name, [queries, keys, values, _rows.Positions, _seen], index);
        }

        if (_prompt != PrefixKind.KeyValues)
        {
            var whole = new CausalAttention(heads, kvHeads, width)
            {
                Scale = attention.Scale,
                Window = attention.Window,
                Cap = attention.ScoreCap,
            };
            return _builder.Add(name, whole, queries, keys, values, _rows.Positions);
        }

        if (_mask is not null)
        {
            return AddMaskedAttention(name, queries, keys, values, index);
        }

        // A growing cache belongs to one row; a shared prompt to all copies of its example.
        Dimension examples = Emitted == EmittedKeyValues.Grown ? "N" : "X";
        var pastKeys = _builder.Input(PastKey(index), examples, kvHeads, "T", width);
        var pastValues = _builder.Input(PastValue(index), examples, kvHeads, "T", width);
        if (Emitted == EmittedKeyValues.Grown)
        {
            var split = new SplitHeads(kvHeads);
            var newKeys = _builder.Add(name + ".new_keys", split, keys, _rows.Positions);
            _builder.Output(_builder.Add(PresentKey(index), new KvAppend(), pastKeys, newKeys));
            var newValues = _builder.Add(name + ".new_values", split, values, _rows.Positions);
            _builder.Output(_builder.Add(PresentValue(index), new KvAppend(), pastValues, newValues));
        }

        var cached = new CachedAttention(heads, kvHeads, width)
        {
            Scale = attention.Scale,
            Window = attention.Window,
            Cap = attention.ScoreCap,
        };
        return _builder.Add(name, cached, queries, keys, values, _rows.Positions, pastKeys, pastValues, _pastLengths!);
    }

    private Value AddTreeAttention(string name, List<Value> inputs, int index)
    {
        var attention = _model.Layers[index].Attention;
        if (_prompt == PrefixKind.KeyValues)
        {
            inputs.Add(_builder.Input(PastKey(index), "N", attention.KeyValueHeads, "T", attention.HeadDimension));
            inputs.Add(_builder.Input(PastValue(index), "N", attention.KeyValueHeads, "T", attention.HeadDimension));
            inputs.Add(_pastLengths!);
        }

        var tree = new TreeAttention(attention.Heads, attention.KeyValueHeads, attention.HeadDimension)
        {
            Scale = attention.Scale,
            Cap = attention.ScoreCap,
        };
        return _builder.Add(name, tree, [.. inputs]);
    }

    private Value AddMaskedAttention(string name, Value queries, Value keys, Value values, int index)
    {
        var attention = _model.Layers[index].Attention;
        var (heads, kvHeads, width) = (attention.Heads, attention.KeyValueHeads, attention.HeadDimension);
        Value Grown(string input, string output, Value added)
        {
            var past = _builder.Input(input, "N", kvHeads, "T", width);
            var split = _builder.Add(output + ".new", new SplitHeads(kvHeads), added, _rows.Positions);
            var grown = _builder.Add(output, new KvAppend(), past, split);
            _builder.Output(grown);
            return grown;
        }

        var allKeys = Grown(HostPastKey(index), PresentKey(index), keys);
        var allValues = Grown(HostPastValue(index), PresentValue(index), values);
        var masked = new MaskedAttention(heads, kvHeads, width)
        {
            Scale = attention.Scale,
            Window = attention.Window,
            Cap = attention.ScoreCap,
        };
        return _builder.Add(name, masked, queries, allKeys, allValues, _rows.Positions, _mask!);
    }
}
