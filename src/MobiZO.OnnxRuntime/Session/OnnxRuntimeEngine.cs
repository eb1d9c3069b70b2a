using System.Globalization;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.OnnxRuntime.Lowering;
using MobiZO.OnnxRuntime.Lowering.Format;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>Runs programs on an unmodified ONNX Runtime. All sessions share one copy of the weights, packed and unpacked.</summary>
/// <param name="settings">Cache folder, threads, weights, device.</param>
public sealed class OnnxRuntimeEngine(EngineSettings settings) : IEngine
{
    // AVX-512 registers hold as many, and no processor has wider ones.
    private const int VectorValues = 16;

    private readonly Lock _loading = new();
    private readonly PrePackedWeightsContainer _packed = new();
    private readonly Dictionary<string, OrtValue> _shared = new(StringComparer.Ordinal);
    private WeightFile? _weights;
    private string? _fingerprint;

    // Before the first field of an engine, which starts the native library.
    static OnnxRuntimeEngine() => EngineTelemetry.SwitchOff();

    /// <summary>An engine with default settings.</summary>
    public OnnxRuntimeEngine()
        : this(new EngineSettings { CacheFolder = CacheRoot.Default }) { }

    /// <inheritdoc/>
    public string Name =>
        $"ONNX Runtime {Version}"
        + (settings.Weights == WeightFormat.Float32 ? "" : $", {WeightFormats.NameOf(settings.Weights)} weights")
        + (settings.Device == EngineSettings.Cpu ? "" : $", {settings.Device}");

    /// <inheritdoc/>
    public EngineTraits Traits =>
        new()
        {
            VectorValues = VectorValues,
            AreRowsIndependent = false,
            AreCopiesIndependent = false,
            Numerics = string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.ThreadCount} threads, {(settings.LowMemory ? "unpacked" : "packed")}"
                    + $"{(settings.Device == EngineSettings.Cpu ? "" : $", {settings.Device}")}"
            ),
        };

    /// <summary>Of a quantised matrix that is made numbers as many at once.</summary>
    internal long MostWeightsOfAPiece { get; init; } = QuantizedLowering.MostWeightsOfAPiece;

    /// <summary>The version of the native library.</summary>
    internal static string Version => OrtEnv.Instance().GetVersionString();

    /// <inheritdoc/>
    public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne, Extents? extents = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        foreach (var weight in program.Weights)
        {
            WeightCheck.Require(weights, weight);
        }

        FlushToZeroThread.Prepare();
        string? path = null;
        try
        {
            using var sessionOptions = CreateOptions(program.Name, style);
            path = Prepare(program, weights, sessionOptions);
            var session = new OnnxProgramSession(
                program,
                new InferenceSession(path, sessionOptions, _packed),
                WidthOf(style),
                extents ?? Extents.Any
            );
            if (settings.LowMemory)
            {
                GiveBack();
            }

            return session;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or EntryPointNotFoundException or NotSupportedException)
        {
            var file = path is null ? "" : $" ('{path}')";
            throw new ProgramException(
                $"ONNX Runtime {Version} cannot load program '{program.Name}'{file}: {exception.Message}",
                exception
            );
        }
    }

    /// <inheritdoc/>
    public EngineMemory MemoryOf(IWeightSource weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return OnnxMemory.Of(QuantizedWeights.In(settings.Weights, weights), isPacked: !settings.LowMemory);
    }

    /// <inheritdoc/>
    public int WidthOf(RunStyle style) => style == RunStyle.SideBySide ? settings.ThreadCount : 1;

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

    /// <summary>Lowers a program into the cache and gives the session the weights that it shares.</summary>
    /// <returns>The file of the program.</returns>
    private string Prepare(Program program, IWeightSource weights, SessionOptions options)
    {
        lock (_loading)
        {
            var file = OpenWeights(QuantizedWeights.In(settings.Weights, weights));
            var model = OnnxLowering.Lower(
                program,
                WeightFile.FileName,
                weight => file.Layout.OffsetOf(weight.Name),
                weight => file.Layout.PlaceOf(weight.Name),
                MostWeightsOfAPiece
            );
            foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External))
            {
                options.AddInitializer(tensor.Name, Share(tensor, file));
            }

            return WriteModel(program, model, file);
        }
    }

    /// <summary>
    /// Gives unused objects, freed pages of native code and pages of weights back: those that reading this program took, and those that
    /// the programs before it used.
    /// </summary>
    private void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
        _weights?.ReleasePages();
    }

    private WeightFile OpenWeights(IWeightSource weights)
    {
        if (_weights is not null)
        {
            return _fingerprint == weights.Fingerprint
                ? _weights
                : throw new ProgramException("One engine serves one checkpoint: create another engine for another checkpoint.");
        }

        if (settings.Warnings is { } warnings && (weights as QuantizedWeights)?.RoundingLoss is { } loss)
        {
            warnings.Report(loss);
        }

        _fingerprint = weights.Fingerprint;
        _weights = WeightFile.OpenIn(settings.CacheFolder, weights, settings.CacheProgress, settings.Warnings);
        return _weights;
    }

    /// <summary>
    /// The file of a lowered program. One that is there is compared whole: it is small, and a damaged one would fail for ever.
    /// </summary>
    private static string WriteModel(Program program, ModelProto model, WeightFile file)
    {
        var bytes = model.ToByteArray();
        var path = Path.Combine(file.Folder, $"{program.Name}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}.onnx");
        if (!File.Exists(path) || new FileInfo(path).Length != bytes.Length || !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
        {
            WeightFile.Guard(file.Folder, () => AtomicFile.Write(path, bytes));
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
                Number(OnnxGraphWriter.LengthKey)
            );
            _shared.Add(tensor.Name, value);
        }

        return value;
    }

    private SessionOptions CreateOptions(string program, RunStyle style)
    {
        var session = new SessionOptions
        {
            IntraOpNumThreads = style == RunStyle.SideBySide ? 1 : settings.ThreadCount,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableMemoryPattern = false,

            // The arena is faster and never gives back: a run would hold the most that any of its programs ever needed.
            EnableCpuMemArena = !settings.LowMemory,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        ExecutionProviders.Add(session, settings.Device);

        // A step is a thousand small operators: waking a sleeping thread for each costs a fifth of it. Other programs run few and large
        // ones, and leave the cores to the rest of the device.
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", style == RunStyle.Repeated ? "1" : "0");
        session.AddSessionConfigEntry(FlushToZeroThread.SessionEntry, "1");
        session.AddSessionConfigEntry("session.disable_prepacking", settings.LowMemory ? "1" : "0");
        if (settings.TracePrefix is { } prefix)
        {
            // The prefix is read when profiling is switched on.
            session.ProfileOutputPathPrefix = $"{prefix}-{program}";
            session.EnableProfiling = true;
        }

        return session;
    }
}
