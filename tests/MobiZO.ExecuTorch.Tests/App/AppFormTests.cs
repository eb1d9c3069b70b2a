using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Export;
using MobiZO.Models;
using MobiZO.Tests.Training;

namespace MobiZO.ExecuTorch.Tests.App;

/// <summary>The three forms of a step take the same way, each in its own hands.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class AppFormTests : IDisposable
{
    private const int Steps = 4;
    private const float Rate = 0.05f;

    private readonly TinyRun _run = new(EngineCatalog.OnnxRuntime);

    public void Dispose() => _run.Dispose();

    [ExecuTorchTheory]
    [InlineData(AdapterScope.All)]
    [InlineData(AdapterScope.Activated)]
    [InlineData(AdapterScope.All, "0.4")]
    public async Task A_kept_or_delayed_state_goes_the_way_of_one_that_is_passed_along(AdapterScope scope, string? target = null)
    {
        await _run.TrainAsync(options => options with { Adapter = options.Adapter with { Scope = scope }, Steps = 1 });
        var inOut = Write(AppForm.InOut, target);
        var kept = Write(AppForm.Kept, target);
        var delayed = Write(AppForm.Delayed, target);
        var noise = inOut.Noise(Steps);

        var (expected, b) = (new List<float[]>(), inOut.B);
        Run(inOut, noise, (step, set) => set("adapter.b", b), outputs => expected.Add(b = outputs["adapter.b.next"]));
        Assert.Equal(Steps, expected.Distinct(new SameValues()).Count());

        var found = new List<float[]>();
        Run(kept, noise, (_, _) => { }, outputs => found.Add(outputs["adapter.b.next"]));
        Assert.DoesNotContain("adapter.b", kept.NamesOf(StepOf(kept), "inputs"));
        Assert.Equal(expected, found);

        // A step of the delayed form applies what the step before found.
        var (late, gradients) = (new List<float[]>(), new float[inOut.Queries]);
        b = delayed.B;
        Run(
            delayed,
            noise,
            (step, set) =>
            {
                set("adapter.b", b);
                set("noise.previous", step == 0 ? new float[noise.Length / Steps] : NoiseOf(noise, step - 1));
                set("projected_gradients.previous", gradients);
            },
            outputs =>
            {
                late.Add(b = outputs["adapter.b.next"]);
                gradients = outputs["projected_gradients"];
            }
        );
        Assert.Equal([delayed.B, .. expected[..^1]], late);
    }

    /// <summary>The description says where the first B of a kept form lies: a host that writes there goes on from its own.</summary>
    [ExecuTorchTheory]
    [InlineData(null)]
    [InlineData("0.4")]
    public async Task A_host_writes_the_first_kept_state_into_its_file(string? target)
    {
        await _run.TrainAsync(options => options with { Steps = 1 });
        var (inOut, kept) = (Write(AppForm.InOut, target), Write(AppForm.Kept, target));
        var noise = inOut.Noise(Steps);
        float[] b = [.. inOut.B.Select((value, index) => value + (0.01f * index))];
        var at = kept.Description.GetProperty("kept_at").GetInt64();
        using (var stream = File.OpenWrite(kept[AppExport.ProgramFile]))
        {
            stream.Position = at;
            stream.Write(MemoryMarshal.AsBytes(b.AsSpan()));
        }

        var (expected, found) = (new List<float[]>(), new List<float[]>());
        Run(inOut, noise, (step, set) => set("adapter.b", b), outputs => expected.Add(b = outputs["adapter.b.next"]));
        Run(kept, noise, (_, _) => { }, outputs => found.Add(outputs["adapter.b.next"]));
        Assert.Equal(expected, found);
    }

    private static void Run(
        AppFolder app,
        float[] noise,
        Action<int, Action<string, float[]>> before,
        Action<Dictionary<string, float[]>> after
    )
    {
        using var file = ExecuTorchProgramFile.Open(app[AppExport.ProgramFile]);
        using var method = file.Load(StepOf(app));
        for (var step = 0; step < Steps; step++)
        {
            var inputs = InputsOf(app, method);
            inputs["noise"] = NoiseOf(noise, step);
            before(step, (name, values) => inputs[name] = values);
            foreach (var (index, name) in app.NamesOf(StepOf(app), "inputs").Index())
            {
                if (inputs[name] is float[] floats)
                {
                    method.SetInput<float>(index, floats);
                }
                else
                {
                    method.SetInput<long>(index, (long[])inputs[name]);
                }
            }

            method.Execute();
            after(
                app.NamesOf(StepOf(app), "outputs")
                    .Index()
                    .ToDictionary(pair => pair.Item, pair => method.Output<float>(pair.Index).ToArray())
            );
        }
    }

    private static string StepOf(AppFolder app) => $"step_{app.Buckets[^1]}";

    private static float[] NoiseOf(float[] all, int step) => all[(all.Length / Steps * step)..(all.Length / Steps * (step + 1))];

    // What a host would feed is tested elsewhere: here the forms are given the same, whatever it is.
    private static Dictionary<string, object> InputsOf(AppFolder app, ExecuTorchMethod method)
    {
        return app.NamesOf(StepOf(app), "inputs")
            .Index()
            .ToDictionary(
                pair => pair.Item,
                pair =>
                    pair.Item switch
                    {
                        "adapter.a" => app.A,
                        "query_index" => app.QueryIndex,
                        "coefficients" => app.Coefficients,
                        "epsilon" => new[] { app.Epsilon },
                        "learning_rate" => new[] { Rate },
                        _ when method.Inputs[pair.Index].Holds<float>() => Some(pair, random => random.NextSingle() - 0.5f),
                        _ => (object)Some<long>(pair, random => random.Next(2)),
                    }
            );

        T[] Some<T>((int Index, string Name) input, Func<Random, T> next)
        {
            var random = new Random(input.Name.Sum(letter => letter));
            return [.. Enumerable.Range(0, (int)(method.Inputs[input.Index].Bytes / Unsafe.SizeOf<T>())).Select(_ => next(random))];
        }
    }

    private AppFolder Write(AppForm form, string? target)
    {
        AppExport.Write(_run.At("run"), _run.At($"app-{form}"), EngineCatalog.ExecuTorch, form, targetRuntime: target);
        return new AppFolder(_run.At($"app-{form}"));
    }

    private sealed class SameValues : IEqualityComparer<float[]>
    {
        public bool Equals(float[]? x, float[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(float[] obj) => obj.Length;
    }
}
