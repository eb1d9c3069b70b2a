using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.ExecuTorch;

/// <summary>
/// Runs programs on an unmodified ExecuTorch. Its shapes are static: a program becomes a file for every set of extents that it sees, when
/// it sees it first. All files share the weights, which lie in none of them.
/// </summary>
internal sealed class ExecuTorchEngine : IEngine
{
    private readonly ExecuTorchLibrary _library;
    private readonly EngineSettings _settings;
    private readonly Lock _loading = new();
    private EngineWeights? _weights;
    private readonly ProgramFolder _folder;
    private int _files;

    /// <param name="library">The runtime.</param>
    /// <param name="settings">Threads and folders.</param>
    public ExecuTorchEngine(ExecuTorchLibrary library, EngineSettings settings)
    {
        (_library, _settings) = (library, settings);
        Directory.CreateDirectory(settings.CacheFolder);
        try
        {
            library.SetThreads(settings.ThreadCount);
        }
        catch (ExecuTorchException)
        {
            // A method of another engine is loaded: the pool, which all share, stays as that engine has set it.
        }

        _folder = ProgramFolder.Create(settings.CacheFolder);
    }

    /// <inheritdoc/>
    public string Name =>
        $"ExecuTorch ({_library.BuiltAgainst})"
        + (_settings.Weights == WeightFormat.Float32 ? "" : $", {WeightFormats.NameOf(_settings.Weights)} weights");

    /// <inheritdoc/>
    public EngineTraits Traits =>
        new()
        {
            AreRowsIndependent = false,
            AreCopiesIndependent = true,
            HasGradients = false,
            HasTrees = false,
            Lengths = LengthGrid.Few,
            Numerics =
                $"executorch {_library.BuiltAgainst}"
                + (_settings.Weights == WeightFormat.Float32 ? "" : $", {WeightFormats.NameOf(_settings.Weights)} rows"),
        };

    /// <inheritdoc/>
    public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne, Extents? extents = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var weight in program.Weights)
        {
            WeightCheck.Require(weights, weight);
        }

        return new ExecuTorchSession(
            program,
            Open(weights),
            extents ?? Extents.Any,
            () => Path.Combine(_folder.Path, FormattableString.Invariant($"{program.Name}-{Interlocked.Increment(ref _files)}.pte"))
        );
    }

    /// <inheritdoc/>
    public EngineMemory MemoryOf(IWeightSource weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return ExecuTorchMemory.Of(weights, _settings.Weights == WeightFormat.Int8);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _weights?.Dispose();
        _folder.Dispose();
    }

    private EngineWeights Open(IWeightSource weights)
    {
        lock (_loading)
        {
            _weights ??= new EngineWeights(
                _settings.CacheFolder,
                weights,
                _settings.Weights == WeightFormat.Int8,
                _settings.CacheProgress,
                _settings.Warnings
            );
            return _weights.Fingerprint == weights.Fingerprint
                ? _weights
                : throw new ProgramException("One engine serves one checkpoint: create another engine for another checkpoint.");
        }
    }
}
