using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Training;

namespace MobiZO.Generation;

/// <summary>The programs that generation needs, each loaded when it is first used.</summary>
internal sealed class GenerationPrograms : IDisposable
{
    private readonly LocalModel _model;
    private readonly AdapterLayout? _layout;
    private readonly Dictionary<(bool IsAdapted, PrefixKind Prompt), IProgramSession> _sessions = [];
    private readonly Dictionary<string, HostTensor> _adapterInputs = new(StringComparer.Ordinal);

    public GenerationPrograms(LocalModel model, LoraAdapter? adapter)
    {
        _model = model;
        if (adapter is null)
        {
            return;
        }

        _layout = AdapterFactory.LayoutOf(model, adapter);
        _adapterInputs.Add(ProgramNames.AdapterA, HostTensor.Of([.. adapter.Modules.SelectMany(module => module.A)], _layout.ACount));
        _adapterInputs.Add(ProgramNames.AdapterB, HostTensor.Of(adapter.ToState(), _layout.BCount));
    }

    /// <summary>Runs a prompt through the model, the tokens from <paramref name="adapterStart"/> on with the adapter (null: none of them).</summary>
    public TokenStream Prefill(ReadOnlySpan<int> promptIds, int? adapterStart)
    {
        var config = _model.Checkpoint.Config;
        var stream = new TokenStream(config.LayerCount, config.VocabularySize, _adapterInputs);
        var start = adapterStart ?? promptIds.Length;
        if (start > 0)
        {
            Add(stream, promptIds[..start], isAdapted: false);
        }

        if (start < promptIds.Length)
        {
            Add(stream, promptIds[start..], isAdapted: true);
        }

        return stream;
    }

    /// <summary>Runs further tokens of a stream through the model.</summary>
    public void Add(TokenStream stream, ReadOnlySpan<int> ids, bool isAdapted) =>
        stream.Add(Session(isAdapted, stream.Length == 0 ? PrefixKind.Tokens : PrefixKind.KeyValues), ids, isAdapted);

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        _sessions.Clear();
    }

    private IProgramSession Session(bool isAdapted, PrefixKind prompt)
    {
        if (!_sessions.TryGetValue((isAdapted, prompt), out var session))
        {
            session = _model.Engine.Load(_model.Assembler.Generate(isAdapted ? _layout : null, prompt), _model.Checkpoint);
            _sessions.Add((isAdapted, prompt), session);
        }

        return session;
    }
}
