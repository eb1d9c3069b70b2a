using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MobiZO.Checkpoints;
using MobiZO.OnnxRuntime.Lowering;
using MobiZO.OnnxRuntime.Lowering.Format;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>Runs programs on an unmodified ONNX Runtime. All sessions share one copy of the weights, packed and unpacked.</summary>
/// <param name="options">Cache folder, threads, memory mode.</param>
public sealed class OnnxRuntimeEngine(OnnxRuntimeOptions options) : IEngine
{
    // Part of the cache key: raise it when the layout of the cached files changes.
    private const string CacheVersion = "1";

    private readonly Lock _loading = new();
    private readonly PrePackedWeightsContainer _packed = new();
    private readonly Dictionary<string, OrtValue> _shared = new(StringComparer.Ordinal);
    private WeightFile? _weights;
    private string? _fingerprint;

    // Before the first field of an engine, which starts the native library.
    static OnnxRuntimeEngine() => EngineTelemetry.SwitchOff();

    /// <summary>An engine with default options.</summary>
    public OnnxRuntimeEngine()
        : this(new OnnxRuntimeOptions())
    {
    }

    /// <inheritdoc/>
    public string Name => $"ONNX Runtime {Version}{(options.Weights == WeightFormat.Float32 ? "" : $", {WeightFormats.NameOf(options.Weights)} weights")}";

    /// <summary>The version of the native library.</summary>
    internal static string Version => OrtEnv.Instance().GetVersionString();

    /// <inheritdoc/>
    public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne)
    {
        foreach (var weight in program.Weights)
        {
            WeightCheck.Require(weights, weight);
        }

        FlushingThread.Prepare();
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        using var sessionOptions = CreateOptions(program.Name, style == RunStyle.SideBySide ? 1 : threads);
        string path;
        lock (_loading)
        {
            var file = OpenWeights(QuantizedWeights.In(options.Weights, weights));
            var model = OnnxLowering.Lower(program, WeightFile.FileName, file.Layout.OffsetOf, file.Layout.PlaceOf);
            path = WriteModel(program, model, file);
            foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External))
            {
                sessionOptions.AddInitializer(tensor.Name, Share(tensor, file));
            }
        }

        return new OnnxProgramSession(program, new InferenceSession(path, sessionOptions, _packed), style == RunStyle.SideBySide ? threads : 1);
    }

    /// <summary>Writes a program as an ONNX model with its weights in one external data file beside it (<c>name.onnx</c>, <c>name.onnx.data</c>).</summary>
    /// <param name="program">The program.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="path">The model file.</param>
    /// <param name="format">How the matrices are written.</param>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static void Export(Program program, IWeightSource weights, string path, WeightFormat format = WeightFormat.Float32)
    {
        foreach (var weight in program.Weights)
        {
            WeightCheck.Require(weights, weight);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var data = Path.GetFileName(path) + ".data";
        var source = QuantizedWeights.In(format, weights);
        var layout = program.Weights.Count == 0 ? WeightLayout.Of(source, []) : WeightFile.Export(Path.Combine(folder, data), source, program.Weights);
        WeightFile.WriteAtomically(path, OnnxLowering.Lower(program, data, layout.OffsetOf, layout.PlaceOf).ToByteArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _shared.Values)
        {
            value.Dispose();
        }

        _packed.Dispose();
        _weights?.Dispose();
    }

    private WeightFile OpenWeights(IWeightSource weights)
    {
        if (_weights is not null)
        {
            return _fingerprint == weights.Fingerprint
                ? _weights
                : throw new ProgramException("One engine serves one checkpoint: create another engine for another checkpoint.");
        }

        _fingerprint = weights.Fingerprint;
        var key = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{CacheVersion}\n{_fingerprint}")))[..24];
        _weights = WeightFile.Open(Path.Combine(options.CacheFolder, key), weights, options.CacheProgress);
        return _weights;
    }

    private static string WriteModel(Program program, ModelProto model, WeightFile file)
    {
        var bytes = model.ToByteArray();
        var path = Path.Combine(file.Folder, $"{program.Name}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}.onnx");
        if (!File.Exists(path) || new FileInfo(path).Length != bytes.Length)
        {
            WeightFile.Guard(file.Folder, () => WeightFile.WriteAtomically(path, bytes));
        }

        return path;
    }

    private OrtValue Share(TensorProto tensor, WeightFile file)
    {
        if (!_shared.TryGetValue(tensor.Name, out var value))
        {
            long Number(string key) => long.Parse(tensor.ExternalData.First(entry => entry.Key == key).Value, CultureInfo.InvariantCulture);
            value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance,
                (TensorElementType)tensor.DataType,
                [.. tensor.Dims],
                file.AddressOf(Number(OnnxGraphWriter.OffsetKey)),
                Number(OnnxGraphWriter.LengthKey));
            _shared.Add(tensor.Name, value);
        }

        return value;
    }

    private SessionOptions CreateOptions(string program, int threads)
    {
        var session = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // A step is a thousand small operators: waking a sleeping thread for each costs a fifth of it. Everything else runs few and large ones, and leaves the
        // cores to the rest of the device.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", program == "step" ? "1" : "0");
        session.AddSessionConfigEntry(FlushingThread.SessionEntry, "1");
        session.AddSessionConfigEntry("session.disable_prepacking", options.Prepack ? "0" : "1");
        if (options.ProfilePrefix is { } prefix)
        {
            // The prefix is read when profiling is switched on.
            session.ProfileOutputPathPrefix = $"{prefix}-{program}";
            session.EnableProfiling = true;
        }

        return session;
    }
}
