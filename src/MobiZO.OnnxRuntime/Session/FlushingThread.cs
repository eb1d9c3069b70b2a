using System.Runtime.ExceptionServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MobiZO.OnnxRuntime.Lowering;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// The one thread of the process that treats numbers too small for a normal float as zero when it computes. Softmax gives masked places 4e-39, and a processor needs a
/// hundred cycles for such a number: half of attention was spent on them. ONNX Runtime sets the mode for its own threads, and for the thread that calls it only
/// where the first session of the process is created. That must not be a thread of the application, whose arithmetic would change for good: so it is this one.
/// </summary>
/// <remarks>
/// A program of this library gives the same bits without it: what a masked place adds is too small to change the sums it enters. So a run that finds the thread busy computes on its
/// own thread, slower.
/// The same holds when the application created a session before.
/// </remarks>
internal static class FlushingThread
{
    /// <summary>The setting of a session that switches the mode on.</summary>
    public const string SessionEntry = "session.set_denormal_as_zero";

    /// <summary>The name of the thread.</summary>
    public const string Name = "MobiZO engine";

    private static readonly Lock s_use = new();
    private static readonly SemaphoreSlim s_given = new(0);
    private static readonly SemaphoreSlim s_done = new(0);
    private static readonly Lazy<Thread> s_thread = new(Start);
    private static Action? s_work;
    private static ExceptionDispatchInfo? s_failure;

    /// <summary>Makes sure that the first session of the process is that of this thread.</summary>
    public static void Prepare() => _ = s_thread.Value;

    /// <summary>Computes on the thread, or here when it is busy.</summary>
    public static T Run<T>(Func<T> compute)
    {
        Prepare();
        if (!s_use.TryEnter())
        {
            return compute();
        }

        try
        {
            T result = default!;
            Hand(() => result = compute());
            return result;
        }
        finally
        {
            s_use.Exit();
        }
    }

    private static Thread Start()
    {
        var thread = new Thread(Serve) { IsBackground = true, Name = Name };
        thread.Start();
        Hand(CreateFirstSession);
        return thread;
    }

    private static void Hand(Action work)
    {
        s_work = work;
        s_given.Release();
        s_done.Wait();
        s_work = null;
        s_failure?.Throw();
    }

    private static void Serve()
    {
        while (true)
        {
            s_given.Wait();
            try
            {
                s_failure = null;
                s_work!();
            }
            catch (Exception exception)
            {
                s_failure = ExceptionDispatchInfo.Capture(exception);
            }

            s_done.Release();
        }
    }

    private static void CreateFirstSession()
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry(SessionEntry, "1");
        new InferenceSession(OnnxLowering.Smallest().ToByteArray(), options).Dispose();
    }
}
