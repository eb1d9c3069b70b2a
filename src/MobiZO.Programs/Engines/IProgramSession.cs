namespace MobiZO.Programs.Engines;

/// <summary>One loaded program. Runs one call at a time.</summary>
public interface IProgramSession : IDisposable
{
    /// <summary>The program that was loaded.</summary>
    StepProgram Program { get; }

    /// <summary>Runs the program once.</summary>
    /// <param name="inputs">Every input of the program by name; extents that share a symbol must agree.</param>
    /// <returns>Every output of the program by name.</returns>
    /// <exception cref="ProgramException">An input is missing or has the wrong type or shape.</exception>
    IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs);
}
