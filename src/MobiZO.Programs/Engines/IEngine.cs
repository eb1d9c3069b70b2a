using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>Something that runs programs: the managed reference interpreter or an unmodified inference runtime.</summary>
public interface IEngine : IDisposable
{
    /// <summary>Name for people, with the version of the runtime.</summary>
    string Name { get; }

    /// <summary>What its numbers depend on.</summary>
    EngineTraits Traits { get; }

    /// <summary>
    /// Makes a program ready to run. Sessions of one engine share the frozen weights. May be called by several threads at once.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="style">How the program will be run; the numbers are the same every way.</param>
    /// <param name="extents">The extents it will see; null: any.</param>
    /// <exception cref="CheckpointException">A weight that the program names is missing or has another shape.</exception>
    /// <exception cref="ProgramException">The runtime refuses the program.</exception>
    IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne, Extents? extents = null);

    /// <summary>What the weights of a checkpoint take, without loading them.</summary>
    EngineMemory MemoryOf(IWeightSource weights);

    /// <summary>How many runs of a program that was loaded for a style go on at a time.</summary>
    int WidthOf(RunStyle style) => 1;
}
