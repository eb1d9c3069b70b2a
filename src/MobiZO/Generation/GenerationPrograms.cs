using System.Diagnostics;
using MobiZO.Adapted;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Generation;

/// <summary>
/// The programs that generation needs, each loaded when it is first used. Texts of many threads take turns, token by token.
/// </summary>
internal sealed class GenerationPrograms : IDisposable
{
    private readonly Lock _computing = new();
    private readonly AdaptedModel _model;
    private readonly Dictionary<(bool IsAdapted, PrefixKind Prompt), IProgramSession> _sessions = [];
    private readonly Dictionary<string, HostTensor> _adapterInputs = new(StringComparer.Ordinal);

    /// <param name="model">The adapted model; it stays the caller's.</param>
    /// <param name="adapter">Its matrices; null for the base model alone.</param>
    public GenerationPrograms(AdaptedModel model, AdapterTensors? adapter)
    {
        _model = model;
        adapter?.AddTo(_adapterInputs);
    }

    /// <summary>Time that loading took so far.</summary>
    public TimeSpan LoadTime { get; private set; }

    /// <summary>
    /// Runs a prompt through the model, the tokens from <paramref name="adapterStart"/> on with the adapter (null: none of them).
    /// </summary>
    public TokenStream Prefill(ReadOnlySpan<int> promptIds, int? adapterStart)
    {
        var config = _model.Model.Checkpoint.Config;
        var stream = new TokenStream(config.LayerCount, config.VocabularySize, _adapterInputs, _model.Model.Engine.Traits.Lengths);
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
    public void Add(TokenStream stream, ReadOnlySpan<int> ids, bool isAdapted)
    {
        lock (_computing)
        {
            stream.Add(Session(isAdapted, stream.Length == 0 ? PrefixKind.Tokens : PrefixKind.KeyValues), ids, isAdapted);
        }
    }

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
            var watch = Stopwatch.StartNew();
            session = _model.Load(_model.Model.Assembler.Generate(isAdapted ? _model.Layout : null, prompt));
            LoadTime += watch.Elapsed;
            _sessions.Add((isAdapted, prompt), session);
        }

        return session;
    }
}
