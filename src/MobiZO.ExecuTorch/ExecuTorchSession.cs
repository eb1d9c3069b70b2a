using MobiZO.Checkpoints.Storage;
using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;

namespace MobiZO.ExecuTorch;

/// <summary>A program, with a loaded method for every set of extents that it was run with.</summary>
/// <param name="program">The program.</param>
/// <param name="weights">The checkpoint.</param>
/// <param name="extents">The extents that were announced.</param>
/// <param name="newPath">Names the next file.</param>
internal sealed class ExecuTorchSession(Program program, EngineWeights weights, Extents extents, Func<string> newPath) : IProgramSession
{
    // Each plans memory of its own: what was not used for longest goes.
    private const int MostMethods = 16;

    private readonly List<(string Extents, Loaded Loaded)> _methods = [];
    private readonly Lock _running = new();

    /// <inheritdoc/>
    public Program Program => program;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var symbols = program.BindSymbols(inputs);
        extents.Require(program.Name, symbols);
        try
        {
            lock (_running)
            {
                return Run(MethodFor(symbols), inputs);
            }
        }
        catch (ExecuTorchException error)
        {
            throw new ProgramException($"Program '{program.Name}' failed on ExecuTorch: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, loaded) in _methods)
        {
            loaded.Close();
        }

        _methods.Clear();
    }

    private Dictionary<string, HostTensor> Run(Loaded loaded, IReadOnlyDictionary<string, HostTensor> inputs)
    {
        foreach (var (index, input) in program.Inputs.Index())
        {
            var given = inputs[input.Name];
            if (input.Type == ElementType.Int64)
            {
                loaded.Method.SetInput<long>(index, given.Longs);
            }
            else
            {
                loaded.Method.SetInput(index, given.FloatMemory);
            }
        }

        loaded.Method.Execute();
        var results = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        foreach (var (index, output) in program.Outputs.Index())
        {
            results[output.Name] = HostTensor.Of(loaded.Method.Output<float>(index).ToArray(), loaded.Shapes[index]);
        }

        return results;
    }

    private Loaded MethodFor(IReadOnlyDictionary<string, long> symbols)
    {
        var key = string.Join(
            ' ',
            symbols
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => FormattableString.Invariant($"{pair.Key}={pair.Value}"))
        );
        var index = _methods.FindIndex(known => known.Extents == key);
        if (index < 0 && _methods.Count == MostMethods)
        {
            _methods[0].Loaded.Close();
            _methods.RemoveAt(0);
        }

        var loaded = index >= 0 ? _methods[index].Loaded : Compile(symbols);
        if (index >= 0)
        {
            _methods.RemoveAt(index);
        }

        _methods.Add((key, loaded));
        return loaded;
    }

    private Loaded Compile(IReadOnlyDictionary<string, long> symbols)
    {
        var path = newPath();
        var (file, tensors) = (new PteFile(), new TensorsOfCaller(weights.Prefix, weights.IsBytes));
        var lowered = PteLowering.Add(file, ExecuTorchExporter.MethodName, program, symbols, tensors);
        AtomicFile.Write(path, stream => PteWriter.Write(file, stream, withNamed: false));
        ExecuTorchProgramFile? opened = null;
        try
        {
            opened = ExecuTorchProgramFile.Open(path);
            var method = weights.Load(opened, file, tensors, program.Inputs.Count);
            return new Loaded(path, opened, method, [.. lowered.Outputs.Select(output => output.Shape)]);
        }
        catch
        {
            opened?.Dispose();
            File.Delete(path);
            throw;
        }
    }

    private sealed record Loaded(string Path, ExecuTorchProgramFile File, ExecuTorchMethod Method, IReadOnlyList<IReadOnlyList<int>> Shapes)
    {
        public void Close()
        {
            Method.Dispose();
            File.Dispose();
            System.IO.File.Delete(Path);
        }
    }
}
