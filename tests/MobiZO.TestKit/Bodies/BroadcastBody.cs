using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Bodies;

/// <summary>What holds for the broadcast direction of every family, and on every engine.</summary>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
public sealed class BroadcastBody(ModelDescription model, IWeightSource weights)
{
    private const int Rank = 2;

    private readonly ProgramAssembler _assembler = new(model);

    /// <summary>
    /// What writes to the stream last has the exact gradient: computed in double, both are read in fp32 and differ by its rounding.
    /// </summary>
    public void EqualsTheExactGradientAtTheEnd()
    {
        using var engine = new ReferenceEngine<double>();
        var last = model.Layers[^1];
        string[] names = last.IsParallel ? [last.Attention.Output.Module, last.Mlp.Down.Module] : [last.Mlp.Down.Module];
        AdapterLayout adapter = new(Rank, 2, [.. _assembler.LinearModules.Where(module => names.Contains(module.Name))]);
        foreach (var options in Cases().Select(options => options with { Adapter = adapter }))
        {
            using var exact = engine.Load(_assembler.Gradient(options with { Broadcast = false }), weights);
            using var step = engine.Load(_assembler.Step(options), weights);
            var expected = exact.Run(Inputs(engine, options, 1, weights))[ProgramNames.AdapterBGradient].Floats;
            Assert.Contains(expected, value => value != 0);
            RequireSame(expected, Direction(step, Inputs(engine, options, 5, weights)), 2e-7, options);
        }
    }

    /// <summary>
    /// Everywhere it is the error of the final stream, by finite differences of the loss, times what the adapter's A makes of the rows:
    /// 1e-5 of the largest number. Modules that do not write to the stream have zeros.
    /// </summary>
    public void EqualsAPlainComputation()
    {
        using var engine = new ReferenceEngine<double>();
        foreach (var options in Cases())
        {
            using var step = engine.Load(_assembler.Step(options), weights);
            var inputs = Inputs(engine, options, 3, weights);
            var expected = new PlainBroadcast(model, weights).Of(engine, options, step.Program, inputs, copies: 3);
            RequireSame(expected, Direction(step, inputs), 1e-5, options);
            RequireWriters(expected, options.Adapter);
        }
    }

    /// <summary>It does not depend on the number of copies or on answers that are padding, and changes no bit of a loss.</summary>
    /// <param name="engine">The engine under test.</param>
    /// <param name="tolerance">Share of the largest number between one copy and five.</param>
    public void IsOfTheFirstCopyAlone(IEngine engine, double tolerance)
    {
        foreach (var options in Cases())
        {
            using var plain = engine.Load(_assembler.Step(options with { Broadcast = false }), weights);
            using var step = engine.Load(_assembler.Step(options), weights);
            var inputs = Inputs(engine, options, 5, weights);
            Assert.Equal(plain.Run(inputs)[ProgramNames.Losses].Floats, step.Run(inputs)[ProgramNames.Losses].Floats);

            var direction = Direction(step, inputs);
            RequireSame(Direction(step, Inputs(engine, options, 1, weights)), direction, tolerance, options);
            RequireSame(Direction(step, Inputs(engine, options, 5, weights, LengthGrid.Few)), direction, tolerance, options);
        }
    }

    /// <summary>An engine has the interpreter's direction on the same weights.</summary>
    /// <param name="engine">The engine under test.</param>
    /// <param name="rounded">The weights as the engine rounds them.</param>
    /// <param name="tolerance">Share of the largest number.</param>
    public void EqualsInterpreter(IEngine engine, IWeightSource rounded, double tolerance)
    {
        using var reference = new ReferenceEngine<double>();
        foreach (var options in Cases())
        {
            using var oracle = reference.Load(_assembler.Step(options), rounded);
            using var step = engine.Load(_assembler.Step(options), weights);
            var inputs = Inputs(reference, options, 3, rounded);
            RequireSame(Direction(oracle, inputs), Direction(step, inputs), tolerance, options);
        }
    }

    /// <summary>Every loss and every form of prompts.</summary>
    private IEnumerable<StepOptions> Cases()
    {
        var all = new AdapterLayout(Rank, 2, _assembler.LinearModules);
        var upper = new AdapterLayout(Rank, 2, [.. _assembler.LinearModules.Where(module => module.Layer >= 1)]);
        foreach (var loss in Enum.GetValues<StepLossKind>())
        {
            var plain = new StepOptions
            {
                Adapter = all,
                Loss = loss,
                Broadcast = true,
            };
            var cached = plain with { Prompt = PrefixKind.KeyValues };
            yield return plain;
            yield return cached;
            yield return cached with
            {
                RowTokens = 1,
            };
            yield return cached with
            {
                Adapter = upper,
                SharedLayers = 1,
            };
            yield return plain with
            {
                Adapter = upper,
                Prompt = PrefixKind.Hidden,
                FirstLayer = 1,
            };
        }
    }

    private Dictionary<string, HostTensor> Inputs(
        IEngine engine,
        StepOptions options,
        int copies,
        IWeightSource source,
        LengthGrid? lengths = null
    )
    {
        var given = new StepInputs(engine, model, source);
        var inputs = given.Of(options, given.Examples(options), copies, lengths);
        var (a, b) = (options.Adapter.ACount, options.Adapter.BCount);
        inputs[ProgramNames.AdapterA] = HostTensor.Of(new PlainRandom(2).Normals(a, 0.2), a);
        inputs[ProgramNames.AdapterB] = HostTensor.Of(new PlainRandom(3).Normals(b, 0.2), b);
        inputs[ProgramNames.Noise] = HostTensor.Of(new PlainRandom(4).Normals(2 * b), 2, b);
        inputs[ProgramNames.QueryIndex] = HostTensor.Of([.. Enumerable.Range(0, copies).Select(copy => copy % 2L)], copies);
        inputs[ProgramNames.Coefficients] = HostTensor.Of([.. Enumerable.Range(0, copies).Select(copy => 0.1f * copy)], copies);
        return inputs;
    }

    private static float[] Direction(IProgramSession session, Dictionary<string, HostTensor> inputs) =>
        session.Run(inputs)[ProgramNames.BroadcastGradient].Floats;

    /// <summary>What the description says of a layer is what the step does: its writers move, and no other module.</summary>
    private void RequireWriters(float[] direction, AdapterLayout adapter)
    {
        var writers = model.Layers.SelectMany(layer => layer.StreamWriters).Select(linear => linear.Module);
        var moved = adapter.Modules.Where(
            (_, module) => Array.Exists(direction[adapter.BOffsets[module]..adapter.BOffsets[module + 1]], value => value != 0)
        );
        Assert.Equal(
            writers.Intersect(adapter.Modules.Select(module => module.Name), StringComparer.Ordinal).Order(StringComparer.Ordinal),
            moved.Select(module => module.Name).Order(StringComparer.Ordinal)
        );
    }

    private static void RequireSame(float[] expected, float[] actual, double tolerance, StepOptions options)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = expected.Max(Math.Abs);
        var (distance, place) = expected.Zip(actual).Select((pair, i) => (Math.Abs((double)pair.First - pair.Second), i)).Max();
        Assert.True(
            distance <= tolerance * largest,
            $"[{place}] of {options.Loss} {options.Prompt} from layer {options.FirstLayer}, {options.SharedLayers} shared, "
                + $"{options.RowTokens} tokens: {expected[place]:R} and {actual[place]:R}, largest {largest:R}"
        );
        for (var module = 0; module < options.Adapter.Modules.Count; module++)
        {
            var part = options.Adapter.BOffsets[module]..options.Adapter.BOffsets[module + 1];
            Assert.Equal(Array.TrueForAll(expected[part], value => value == 0), Array.TrueForAll(actual[part], value => value == 0));
        }
    }
}
