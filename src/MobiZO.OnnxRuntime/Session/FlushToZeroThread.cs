using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MobiZO.OnnxRuntime.Lowering;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// The threads of the process that treat numbers too small for a normal float as zero when they compute: one a core. Softmax gives masked
/// places 4e-39, and a processor needs a hundred cycles for such a number: half of attention was spent on them. ONNX Runtime sets the mode
/// for its own threads, and for the thread that calls it only where the first session of the process is created. That must not be a thread
/// of the application, whose arithmetic would change for good: so it is the first of these, and the others inherit the mode from it, on
/// systems where threads do.
/// </summary>
/// <remarks>
/// A program of this library gives the same bits without it: what a masked place adds is too small to change the sums it enters. So a run
/// that finds all threads busy computes on its own thread, slower. The same holds when the application created a session before.
/// </remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "The threads live as long as the process.")]
internal sealed class FlushToZeroThread
{
    /// <summary>The setting of a session that switches the mode on.</summary>
    public const string SessionEntry = "session.set_denormal_as_zero";

    /// <summary>The name of the threads.</summary>
    public const string Name = "MobiZO engine";

    private static readonly Lazy<ConcurrentBag<FlushToZeroThread>> s_free = new(StartAll);

    private readonly SemaphoreSlim _given = new(0);
    private readonly SemaphoreSlim _done = new(0);
    private Action? _work;
    private ExceptionDispatchInfo? _failure;

    static FlushToZeroThread() => EngineTelemetry.SwitchOff();

    private FlushToZeroThread() => new Thread(Serve) { IsBackground = true, Name = Name }.Start();

    /// <summary>Makes sure that the first session of the process is that of such a thread.</summary>
    public static void Prepare() => _ = s_free.Value;

    /// <summary>Computes on a thread that is free, or here when none is.</summary>
    public static T Run<T>(Func<T> compute)
    {
        if (!s_free.Value.TryTake(out var thread))
        {
            return compute();
        }

        try
        {
            T result = default!;
            thread.Hand(() => result = compute());
            return result;
        }
        finally
        {
            s_free.Value.Add(thread);
        }
    }

    private static ConcurrentBag<FlushToZeroThread> StartAll()
    {
        var first = new FlushToZeroThread();
        var threads = new ConcurrentBag<FlushToZeroThread> { first };
        first.Hand(() =>
        {
            CreateFirstSession();
            for (var count = 1; count < Environment.ProcessorCount; count++)
            {
                threads.Add(new FlushToZeroThread());
            }
        });
        return threads;
    }

    private void Hand(Action work)
    {
        _work = work;
        _given.Release();
        _done.Wait();
        _work = null;
        _failure?.Throw();
    }

    private void Serve()
    {
        while (true)
        {
            _given.Wait();
            try
            {
                _failure = null;
                _work!();
            }
            catch (Exception exception)
            {
                _failure = ExceptionDispatchInfo.Capture(exception);
            }

            _done.Release();
        }
    }

    private static void CreateFirstSession()
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry(SessionEntry, "1");
        new InferenceSession(OnnxLowering.Smallest().ToByteArray(), options).Dispose();
    }
}
