namespace MobiZO.Programs.Engines;

/// <summary>One loaded program. Runs <see cref="Width"/> calls at a time.</summary>
public interface IProgramSession : IDisposable
{
    /// <summary>The program that was loaded.</summary>
    Program Program { get; }

    /// <summary>
    /// How many threads may run the program at once; more than one only when it was loaded to be run <see cref="RunStyle.SideBySide"/>.
    /// </summary>
    int Width => 1;

    /// <summary>Runs the program once.</summary>
    /// <param name="inputs">Every input of the program by name; extents that share a symbol must agree.</param>
    /// <returns>Every output of the program by name.</returns>
    /// <exception cref="ProgramException">An input is missing or has the wrong type or shape.</exception>
    IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs);

    /// <summary>Runs the program once and lends every output to a reader: large outputs that are stored elsewhere need no copy.</summary>
    /// <param name="inputs">Every input of the program by name; extents that share a symbol must agree.</param>
    /// <param name="reader">Called once for each output.</param>
    /// <exception cref="ProgramException">An input is missing or has the wrong type or shape.</exception>
    void Run(IReadOnlyDictionary<string, HostTensor> inputs, OutputReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        foreach (var (name, tensor) in Run(inputs))
        {
            reader(name, tensor.Shape, tensor.FloatMemory.Span);
        }
    }
}
