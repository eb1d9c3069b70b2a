using MobiZO.Checkpoints;

namespace MobiZO.Programs.Engines;

/// <summary>Something that runs step programs: the managed reference interpreter or an unmodified inference runtime.</summary>
public interface IEngine : IDisposable
{
    /// <summary>Name for people, with the version of the runtime.</summary>
    string Name { get; }

    /// <summary>Makes a program ready to run. Sessions of one engine share the frozen weights. May be called by several threads at once.</summary>
    /// <param name="program">The program.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="style">How the program will be run; the numbers are the same either way.</param>
    /// <exception cref="CheckpointException">A weight that the program names is missing or has another shape.</exception>
    IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne);
}
