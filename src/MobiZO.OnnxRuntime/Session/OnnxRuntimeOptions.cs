using MobiZO.Checkpoints;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>How ONNX Runtime runs programs.</summary>
public sealed record OnnxRuntimeOptions
{
    /// <summary>Folder for converted weights and lowered programs; see <see cref="DefaultCacheFolder"/>.</summary>
    public string CacheFolder { get; init; } = DefaultCacheFolder;

    /// <summary>Threads inside an operator; 0: one a core.</summary>
    public int Threads { get; init; }

    /// <summary>Whether weights are repacked for speed at load (more memory). Off: they stay file-backed and steps are slower.</summary>
    public bool Prepack { get; init; } = true;

    /// <summary>
    /// Where ONNX Runtime writes a trace of every session: <c>{prefix}-{program}_{time}.json</c>, complete once the session is disposed (Chrome's trace format, one
    /// event an operator); null: no trace. Tracing slows a run down a little.
    /// </summary>
    public string? ProfilePrefix { get; init; }

    /// <summary>How the frozen matrices are held; everything is computed in fp32. Matrices whose rows are not a multiple of 32 stay fp32.</summary>
    public WeightFormat Weights { get; init; }

    /// <summary>Told the share of the weights written when a checkpoint is first used, 0 to 1.</summary>
    public IProgress<double>? CacheProgress { get; init; }

    /// <summary>The folder named by the environment variable <c>MOBIZO_CACHE</c>, or <c>mobizo</c> in the user's cache folder.</summary>
    public static string DefaultCacheFolder { get; } =
        Environment.GetEnvironmentVariable("MOBIZO_CACHE") is { Length: > 0 } folder ? folder
        : Path.Combine(UserCache(), "mobizo");

    private static string UserCache()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } folder)
        {
            return folder;
        }

        return OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
    }
}
