using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class FlushingThreadTests
{
    private const float Denormal = 1e-39f;

    /// <summary>Some tests create sessions of their own: the first one of the process must not be one of them.</summary>
    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void PrepareFirst() => FlushingThread.Prepare();

    /// <summary>The mode cannot be asked for, but a sum of numbers that small shows it.</summary>
    [Fact]
    public void The_engine_takes_denormal_numbers_as_zero_and_the_application_does_not()
    {
        var builder = new ProgramBuilder();
        var input = builder.Input("input", 1);
        builder.Output(builder.Add("output", new Sum(), input, input));
        using var folder = new TemporaryFolder();
        using var engine = new OnnxRuntimeEngine(new OnnxRuntimeOptions { CacheFolder = folder.Path, Threads = 1 });
        using var session = engine.Load(builder.Build("sum"), new TinyLlama());

        // Other tests run beside this one and may have the thread.
        float Engine() => session.Run(new Dictionary<string, HostTensor> { ["input"] = HostTensor.Of([Denormal], 1) })["output"].Floats[0];
        Assert.True(SpinWait.SpinUntil(() => Engine() == 0, TimeSpan.FromSeconds(60)));
        Assert.True(Twice(Denormal) > 0);
    }

    [Fact]
    public void A_failure_reaches_the_caller_and_the_thread_goes_on()
    {
        Assert.Throws<InvalidOperationException>(() => FlushingThread.Run<int>(() => throw new InvalidOperationException()));
        Assert.Equal(3, FlushingThread.Run(() => 3));
    }

    [Fact]
    public async Task A_call_that_finds_the_thread_busy_is_made_where_it_comes_from()
    {
        while (true)
        {
            using var isInside = new SemaphoreSlim(0);
            using var mayLeave = new SemaphoreSlim(0);
            var first = Task.Run(() => FlushingThread.Run(() =>
            {
                isInside.Release();
                mayLeave.Wait();
                return Thread.CurrentThread.Name;
            }));
            await isInside.WaitAsync();
            var second = await Task.Run(() => (Here: Environment.CurrentManagedThreadId, There: FlushingThread.Run(() => Environment.CurrentManagedThreadId)));
            mayLeave.Release();

            // Another test may have had the thread first.
            if (await first == FlushingThread.Name)
            {
                Assert.True(second.Here == second.There);
                return;
            }
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static float Twice(float value) => value + value;
}
