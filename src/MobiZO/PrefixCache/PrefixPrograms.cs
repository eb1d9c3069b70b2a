using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.PrefixCache;

/// <summary>
/// The prefix programs of a model in one form, each loaded when it is first needed and let go when the work is done: their scratch memory
/// is large.
/// </summary>
/// <param name="architecture">Builds them.</param>
/// <param name="shape">What they give.</param>
/// <param name="traits">What the numbers of the engine depend on.</param>
/// <param name="load">Loads one.</param>
/// <param name="style">How prompts are computed.</param>
internal sealed class PrefixPrograms(
    ProgramAssembler architecture,
    PrefixShape shape,
    EngineTraits traits,
    Func<Program, RunStyle, IProgramSession> load,
    RunStyle style
) : IDisposable
{
    private readonly Dictionary<(string Name, RunStyle Style), IProgramSession> _sessions = [];
    private double _milliseconds;
    private long _tokens;

    public PrefixShape Shape => shape;

    public int LayerCount => architecture.Config.LayerCount;

    /// <summary>Whether the numbers of a row are the same whatever other rows are computed with it; null: not known yet.</summary>
    public bool? AreRowsIndependent { get; set; } = RowsAreIndependent(traits, architecture.Config);

    /// <summary>The lengths that the engine wants to see.</summary>
    public LengthGrid Lengths => traits.Lengths;

    /// <summary>Measured time of a token; null before the first run.</summary>
    public double? MillisecondsPerToken => _tokens == 0 ? null : _milliseconds / _tokens;

    /// <summary>How prompts are computed: many side by side, or one now and then by all cores.</summary>
    public RunStyle Style => style;

    /// <summary>Whole sequences.</summary>
    public IProgramSession Whole(RunStyle style) => Session("whole", style, () => architecture.Prefix(shape.Form, shape.FirstLayer));

    /// <summary>The common beginning.</summary>
    public IProgramSession Shared => Session("shared", RunStyle.OneByOne, () => architecture.SharedPrefix(shape.Form, shape.FirstLayer));

    /// <summary>What comes after it.</summary>
    public IProgramSession After(RunStyle style) => Session("after", style, () => architecture.PrefixAfter(shape.Form, shape.FirstLayer));

    /// <summary>Lets the loaded programs go; they are loaded again when they are needed again.</summary>
    public void Release()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        _sessions.Clear();
    }

    /// <summary>Counts a run.</summary>
    public void CountTime(double milliseconds, long tokens) => (_milliseconds, _tokens) = (_milliseconds + milliseconds, _tokens + tokens);

    public void Dispose() => Release();

    private static bool? RowsAreIndependent(EngineTraits traits, ModelConfig config) =>
        traits.RowsAreIndependent(config.HiddenSize, config.IntermediateSize, config.HeadDimension);

    private IProgramSession Session(string name, RunStyle style, Func<Program> build)
    {
        if (!_sessions.TryGetValue((name, style), out var session))
        {
            session = load(build(), style);
            _sessions.Add((name, style), session);
        }

        return session;
    }
}
