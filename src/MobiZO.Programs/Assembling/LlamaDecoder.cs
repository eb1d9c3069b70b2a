using MobiZO.Checkpoints.Configuration;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using static MobiZO.Programs.Assembling.ProgramNames;

namespace MobiZO.Programs.Assembling;

/// <summary>Adds the decoder layers of a Llama to a program. All hidden states are [N*S, H].</summary>
internal sealed class LlamaDecoder
{
    private readonly ProgramBuilder _builder;
    private readonly ModelConfig _config;
    private readonly LoraInputs? _lora;
    private readonly PrefixKind _prompt;
    private readonly int _firstLayer;
    private readonly int _sharedLayers;
    private readonly Dimension _tokens;
    private readonly Value? _pastLengths;
    private RowPlaces _rows;
    private int _firstEmitted;
    private readonly Dictionary<string, Value> _inputs = new(StringComparer.Ordinal);

    public LlamaDecoder(ProgramBuilder builder, ModelConfig config, PrefixKind prompt, int firstLayer, LoraInputs? lora, EmittedKeyValues emitted, int? rowTokens = null, int sharedLayers = 0)
    {
        if (firstLayer < 0 || firstLayer > config.LayerCount || (firstLayer > 0 && (prompt == PrefixKind.Tokens || emitted != EmittedKeyValues.None)))
        {
            throw new ProgramException($"A program cannot start at layer {firstLayer} of {config.LayerCount} with the prompt given as {prompt} and keys and values emitted: {emitted}.");
        }

        if (sharedLayers < 0 || sharedLayers > config.LayerCount || (sharedLayers > 0 && (prompt != PrefixKind.KeyValues || firstLayer > 0 || emitted != EmittedKeyValues.None)))
        {
            throw new ProgramException($"Copies cannot share {sharedLayers} of {config.LayerCount} layers with the prompt given as {prompt}.");
        }

        (_builder, _config, _prompt, _firstLayer, _sharedLayers, _lora) = (builder, config, prompt, firstLayer, sharedLayers, lora);
        _tokens = rowTokens is { } tokens ? tokens : "S";
        _rows = AddPlaces(Positions, "N", "");
        _pastLengths = prompt == PrefixKind.KeyValues ? builder.IntegerInput(PastLengths, emitted == EmittedKeyValues.Grown ? "N" : "X") : null;
        Emitted = emitted;
    }

    /// <summary>Which keys and values of the computed layers become outputs.</summary>
    public EmittedKeyValues Emitted { get; }

    /// <summary>Runs all layers; the result is the hidden state before the final norm.</summary>
    public Value Run()
    {
        var hidden = Start();
        for (var layer = Math.Max(_firstLayer, _sharedLayers); layer < _config.LayerCount; layer++)
        {
            hidden = AddLayer(hidden, layer);
        }

        return hidden;
    }

    /// <summary>What enters a linear layer that was added.</summary>
    public Value InputOf(string module) => _inputs[module];

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
    /// Keys and values as outputs, and the hidden states that enter a layer when it is not the first; of the last layer nothing else is computed.
    /// </summary>
    /// <param name="firstLayer">The layer that hidden states enter.</param>
    /// <param name="isWhole">Keys and values of every layer; otherwise from <paramref name="firstLayer"/> on.</param>
    public void EmitKeyValues(int firstLayer, bool isWhole)
    {
        _firstEmitted = isWhole ? 0 : firstLayer;
        var last = _config.LayerCount - 1;
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

        AddKeyValues(AddNorm(hidden, last, "input_layernorm"), last);
    }

    /// <summary>Final-norm states [R, H] of the answer positions.</summary>
    public Value AnswerStates(Value hidden)
    {
        var rows = _builder.IntegerInput(AnswerRows, "R");
        var picked = _builder.Add("answer_hidden", new GatherRows(), hidden, rows);
        return _builder.Add("answer_states", new RmsNorm(new Weight("model.norm.weight", _config.HiddenSize), _config.RmsNormEpsilon), picked);
    }

    private Value Start()
    {
        if (_prompt == PrefixKind.Hidden || _firstLayer > 0)
        {
            return _builder.Add("start", new RepeatExamples(), _builder.Input(Hidden, "X", _tokens, _config.HiddenSize), _rows.Positions);
        }

        var table = new Weight(LlamaLayer.EmbeddingName, _config.VocabularySize, _config.HiddenSize);
        return _sharedLayers == 0 ? _builder.Add("start", new Embedding(table), _builder.IntegerInput(InputIds, "N", _tokens)) : StartShared(table);
    }

    /// <summary>The layers that are the same for every copy, of the rows of the first one, and then those rows for all copies.</summary>
    private Value StartShared(Weight table)
    {
        var all = _rows;
        _rows = AddPlaces(FirstPositions, "F", "first_");
        var hidden = _builder.Add("first_start", new Embedding(table), _builder.IntegerInput(FirstInputIds, "F", _tokens));
        for (var layer = 0; layer < _sharedLayers; layer++)
        {
            hidden = AddLayer(hidden, layer);
        }

        var split = _builder.Add("first_hidden", new SplitRows(), hidden, _rows.Positions);
        _rows = all;
        return _builder.Add("start", new RepeatExamples(), split, _rows.Positions);
    }

    private Value AddHidden(Value hidden) => _builder.Add(Hidden, new SplitRows(), hidden, _rows.Positions);

    private RowPlaces AddPlaces(string name, Dimension rows, string prefix)
    {
        var positions = _builder.IntegerInput(name, rows, _tokens);
        var angles = _builder.AddMany([prefix + "cos", prefix + "sin"], new RotaryAngles(_config.Rope.InverseFrequencies), positions);
        return new RowPlaces(positions, angles[0], angles[1]);
    }

    private Value AddLayer(Value hidden, int layer)
    {
        var prefix = LlamaLayer.Prefix(layer);
        var states = AddNorm(hidden, layer, "input_layernorm");
        var queries = AddRotary(AddLinear(states, layer, "self_attn.q_proj"), prefix + ".queries");
        var (keys, values) = AddKeyValues(states, layer);
        var attended = AddAttention(queries, keys, values, layer);
        var middle = _builder.Add(prefix + ".middle", new Sum(), hidden, AddLinear(attended, layer, "self_attn.o_proj"));
        var normed = AddNorm(middle, layer, "post_attention_layernorm");
        var gated = _builder.Add(
            prefix + ".gated",
            new GatedActivation(),
            AddLinear(normed, layer, "mlp.gate_proj"),
            AddLinear(normed, layer, "mlp.up_proj"));
        return _builder.Add(prefix + ".out", new Sum(), middle, AddLinear(gated, layer, "mlp.down_proj"));
    }

    private (Value Keys, Value Values) AddKeyValues(Value states, int layer)
    {
        var keys = AddRotary(AddLinear(states, layer, "self_attn.k_proj"), LlamaLayer.Prefix(layer) + ".keys");
        var values = AddLinear(states, layer, "self_attn.v_proj");
        if (Emitted == EmittedKeyValues.New && layer >= _firstEmitted)
        {
            var split = new SplitHeads(_config.KeyValueHeadCount);
            _builder.Output(_builder.Add(PresentKey(layer), split, keys, _rows.Positions));
            _builder.Output(_builder.Add(PresentValue(layer), split, values, _rows.Positions));
        }

        return (keys, values);
    }

    private Value AddAttention(Value queries, Value keys, Value values, int layer)
    {
        var name = LlamaLayer.Prefix(layer) + ".attended";
        var (heads, kvHeads, width) = (_config.HeadCount, _config.KeyValueHeadCount, _config.HeadDimension);
        if (_prompt != PrefixKind.KeyValues)
        {
            return _builder.Add(name, new CausalAttention(heads, kvHeads, width), queries, keys, values, _rows.Positions);
        }

        // A growing cache belongs to one row; a shared prompt to all copies of its example.
        Dimension examples = Emitted == EmittedKeyValues.Grown ? "N" : "X";
        var pastKeys = _builder.Input(PastKey(layer), examples, kvHeads, "T", width);
        var pastValues = _builder.Input(PastValue(layer), examples, kvHeads, "T", width);
        if (Emitted == EmittedKeyValues.Grown)
        {
            var split = new SplitHeads(kvHeads);
            _builder.Output(_builder.Add(PresentKey(layer), new AppendTime(), pastKeys, _builder.Add(name + ".new_keys", split, keys, _rows.Positions)));
            _builder.Output(_builder.Add(PresentValue(layer), new AppendTime(), pastValues, _builder.Add(name + ".new_values", split, values, _rows.Positions)));
        }

        return _builder.Add(name, new CachedAttention(heads, kvHeads, width), queries, keys, values, _rows.Positions, pastKeys, pastValues, _pastLengths!);
    }

    private Value AddNorm(Value hidden, int layer, string name) =>
        _builder.Add($"{LlamaLayer.Prefix(layer)}.{name}", new RmsNorm(LlamaLayer.Norm(_config, layer, name), _config.RmsNormEpsilon), hidden);

    private Value AddRotary(Value value, string name) => _builder.Add(name, new Rotary(_config.HeadDimension), value, _rows.Cosine, _rows.Sine);

    private Value AddLinear(Value input, int layer, string name)
    {
        var module = LlamaLayer.Modules(_config, layer).First(candidate => candidate.Name.EndsWith(name, StringComparison.Ordinal));
        var hasBias = name.StartsWith("mlp", StringComparison.Ordinal) ? _config.MlpBias : _config.AttentionBias;
        var linear = new Linear(
            new Weight(module.Name + ".weight", module.OutputSize, module.InputSize),
            hasBias ? new Weight(module.Name + ".bias", module.OutputSize) : null);
        var output = _builder.Add(module.Name, linear, input);
        _inputs.Add(module.Name, input);
        return _lora?.Apply(_builder, module.Name, output, input) ?? output;
    }

    /// <summary>Where the rows stand that layers are being added for.</summary>
    /// <param name="Positions">[rows, S].</param>
    /// <param name="Cosine">[rows*S, d/2].</param>
    /// <param name="Sine">[rows*S, d/2].</param>
    private sealed record RowPlaces(Value Positions, Value Cosine, Value Sine);
}
