using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class FlushToZeroThreadTests
{
    private const float Denormal = 1e-39f;

    /// <summary>Some tests create sessions of their own: the first one of the process must not be one of them.</summary>
    [System.Runtime.CompilerServices.ModuleInitializer]
    internal static void PrepareFirst() => FlushToZeroThread.Prepare();

    /// <summary>The mode cannot be asked for, but a sum of numbers that small shows it.</summary>
    [Fact]
    public void The_engine_takes_denormal_numbers_as_zero_and_the_application_does_not()
    {
        var builder = new ProgramBuilder();
        var input = builder.Input("input", 1);
        builder.Output(builder.Add("output", new ResidualAdd(), input, input));
        using var folder = new TemporaryFolder();
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path, Threads = 1 });
        using var session = engine.Load(builder.Build("sum"), new TinyLlama());

        // Other tests run beside this one and may have the threads.
        float Engine() => session.Run(new Dictionary<string, HostTensor> { ["input"] = HostTensor.Of([Denormal], 1) })["output"].Floats[0];
        Assert.True(SpinWait.SpinUntil(() => Engine() == 0, TimeSpan.FromSeconds(60)));
        Assert.True(Twice(Denormal) > 0);
    }

    [Fact]
    public void On_systems_where_threads_inherit_the_mode_all_of_them_have_it()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // Held one inside the other, so that each is another thread.
        static IEnumerable<(string? Name, float Sum)> Sums(int count) =>
            count == 0 ? [] : FlushToZeroThread.Run(() => Sums(count - 1).Append((Thread.CurrentThread.Name, Twice(Denormal))).ToArray());
        Assert.True(
            SpinWait.SpinUntil(
                () => Sums(Environment.ProcessorCount).All(found => found is (FlushToZeroThread.Name, 0)),
                TimeSpan.FromSeconds(60)
            )
        );
    }

    [Fact]
    public void A_failure_reaches_the_caller_and_the_thread_goes_on()
    {
        Assert.Throws<InvalidOperationException>(() => FlushToZeroThread.Run<int>(() => throw new InvalidOperationException()));
        Assert.Equal(3, FlushToZeroThread.Run(() => 3));
    }

    /// <summary>Each call waits until all are inside: so many threads there are.</summary>
    [Fact]
    public async Task As_many_calls_as_cores_have_a_thread_and_the_next_is_made_where_it_comes_from()
    {
        while (true)
        {
            using var inside = new CountdownEvent(Environment.ProcessorCount);
            using var mayLeave = new ManualResetEventSlim();
            var calls = Enumerable
                .Range(0, Environment.ProcessorCount)
                .Select(_ =>
                    Task.Factory.StartNew(
                        () =>
                            FlushToZeroThread.Run(() =>
                            {
                                inside.Signal();
                                mayLeave.Wait();
                                return Thread.CurrentThread.Name;
                            }),
                        TaskCreationOptions.LongRunning
                    )
                )
                .ToArray();
            inside.Wait();
            var next = await Task.Run(() =>
                (Here: Environment.CurrentManagedThreadId, There: FlushToZeroThread.Run(() => Environment.CurrentManagedThreadId))
            );
            mayLeave.Set();

            // Another test may have had a thread first.
            if ((await Task.WhenAll(calls)).All(name => name == FlushToZeroThread.Name))
            {
                Assert.True(next.Here == next.There);
                return;
            }
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static float Twice(float value) => value + value;
}
