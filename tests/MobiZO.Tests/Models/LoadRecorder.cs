using MobiZO.Checkpoints;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.Tests.Models;

/// <summary>An engine that notes which programs are loaded.</summary>
/// <param name="inner">What runs them; it stays the caller's.</param>
/// <param name="loaded">Their names, in order.</param>
internal sealed class LoadRecorder(IEngine inner, List<string> loaded) : IEngine
{
    public string Name => inner.Name;

    public EngineTraits Traits => inner.Traits;

    public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne, Extents? extents = null)
    {
        loaded.Add(program.Name);
        return inner.Load(program, weights, style, extents);
    }

    public EngineMemory MemoryOf(IWeightSource weights) => inner.MemoryOf(weights);

    public int WidthOf(RunStyle style) => inner.WidthOf(style);

    public void Dispose() { }
}
