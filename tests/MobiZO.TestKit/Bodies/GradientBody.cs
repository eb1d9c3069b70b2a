using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Bodies;

/// <summary>What holds for the gradient of every family: it is the one of finite differences, and every engine has the same.</summary>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
public sealed class GradientBody(ModelDescription model, IWeightSource weights)
{
    private const int Rank = 2;

    private readonly ProgramAssembler _assembler = new(model);

    // No difference is small enough for all edges of relu.
    private readonly bool _hasEdges = model.Layers.Any(layer => layer.Mlp.Activation == ActivationKind.Relu);

    /// <summary>
    /// For every module the slope of the loss along its gradient and a random direction, by central differences of fourth order on losses
    /// that are computed in double (and rounded to fp32 when they are read): 2e-3 of the module's gradient, and 1e-4 beside it; with relu
    /// 3e-2. One program is looked at module by module, the others at all modules in one direction.
    /// </summary>
    /// <param name="isShort">One case of every loss only.</param>
    public void EqualsFiniteDifferences(bool isShort = false)
    {
        foreach (var (options, ofA) in isShort ? ShortCases() : Cases())
        {
            using var engine = new ReferenceEngine<double>();
            var (program, inputs) = Program(engine, options, ofA, weights);
            using var session = engine.Load(program, weights);
            var outputs = session.Run(inputs);
            IReadOnlyList<int> Parts(IReadOnlyList<int> offsets) =>
                options is { Prompt: PrefixKind.Tokens, Loss: StepLossKind.Tokens } ? offsets : [0, offsets[^1]];
            CheckSlopes(session, inputs, outputs, ProgramNames.AdapterB, Parts(options.Adapter.BOffsets), options);
            if (ofA)
            {
                CheckSlopes(session, inputs, outputs, ProgramNames.AdapterA, Parts(options.Adapter.AOffsets), options);
            }
        }
    }

    /// <summary>An engine has the interpreter's losses and gradients on the same weights, within a share of the largest number.</summary>
    /// <param name="engine">The engine under test.</param>
    /// <param name="rounded">The weights as the engine rounds them.</param>
    /// <param name="tolerance">Share of the largest number of an output.</param>
    /// <param name="isShort">One case of every loss only.</param>
    public void EqualsInterpreter(IEngine engine, IWeightSource rounded, double tolerance, bool isShort = false)
    {
        using var reference = new ReferenceEngine<double>();
        foreach (var (options, ofA) in isShort ? ShortCases() : Cases())
        {
            var (program, inputs) = Program(reference, options, ofA, rounded);
            using var oracle = reference.Load(program, rounded);
            using var session = engine.Load(program, weights);
            var (expected, actual) = (oracle.Run(inputs), session.Run(inputs));
            foreach (var name in program.Outputs.Select(output => output.Name))
            {
                Assert.Equal(expected[name].Shape, actual[name].Shape);
                var largest = expected[name].Floats.Max(Math.Abs);
                var distance = expected[name].Floats.Zip(actual[name].Floats).Max(pair => Math.Abs((double)pair.First - pair.Second));
                Assert.True(distance <= tolerance * largest, $"{name} of {Describe(options)}: {distance:R} beside {largest:R}");
            }
        }
    }

    private IEnumerable<(StepOptions Options, bool OfA)> ShortCases() =>
        Cases().Take(27).Where((_, i) => i is 0 or 6 or 11 or 16 or 21 or 26);

    /// <summary>
    /// The projected gradient of a two-sided query is the gradient times its direction: 3e-2 of the gradient's length, 1e-1 with relu.
    /// </summary>
    public void EqualsProjections(IEngine engine)
    {
        const float Epsilon = 1e-3f;
        foreach (var (options, ofA) in ShortCases())
        {
            var (program, inputs) = Program(engine, options, ofA, weights);
            using var exact = engine.Load(program, weights);
            var gradient = exact.Run(inputs)[ProgramNames.AdapterBGradient].Floats;

            var given = new StepInputs(engine, model, weights);
            var direction = new PlainRandom(7).Normals(gradient.Length);
            var copies = given.Of(options, given.Examples(options), 2);
            copies[ProgramNames.AdapterA] = inputs[ProgramNames.AdapterA];
            copies[ProgramNames.AdapterB] = inputs[ProgramNames.AdapterB];
            copies[ProgramNames.Noise] = HostTensor.Of(direction, 1, direction.Length);
            copies[ProgramNames.QueryIndex] = HostTensor.Of([0L, 0L], 2);
            copies[ProgramNames.Coefficients] = HostTensor.Of([Epsilon, -Epsilon], 2);
            using var step = engine.Load(_assembler.Step(options), weights);
            var losses = step.Run(copies)[ProgramNames.Losses].Floats;
            var projected = ((double)losses[0] - losses[1]) / (2 * Epsilon);
            var computed = gradient.Zip(direction).Sum(pair => (double)pair.First * pair.Second);
            var length = Math.Sqrt(gradient.Sum(value => (double)value * value));
            Assert.True(
                Math.Abs(projected - computed) <= (_hasEdges ? 1e-1 : 3e-2) * length,
                $"{Describe(options)}: projected {projected:R}, gradient times direction {computed:R}, length {length:R}"
            );
        }
    }

    /// <summary>Every loss, every form of prompts, and every target alone.</summary>
    private IEnumerable<(StepOptions Options, bool OfA)> Cases()
    {
        var all = new AdapterLayout(Rank, 2, _assembler.LinearModules);
        var upper = new AdapterLayout(Rank, 2, [.. _assembler.LinearModules.Where(module => module.Layer >= 1)]);
        foreach (var loss in Enum.GetValues<StepLossKind>())
        {
            yield return (new StepOptions { Adapter = all, Loss = loss }, true);
            var cached = new StepOptions
            {
                Adapter = all,
                Loss = loss,
                Prompt = PrefixKind.KeyValues,
            };
            yield return (cached, true);
            yield return (cached with { RowTokens = 1 }, false);
            yield return (cached with { Adapter = upper, SharedLayers = 1 }, false);
            yield return (
                new StepOptions
                {
                    Adapter = upper,
                    Loss = loss,
                    Prompt = PrefixKind.Hidden,
                    FirstLayer = 1,
                },
                false
            );
        }

        foreach (var target in _assembler.LinearModules.GroupBy(module => module.Name.Split('.')[^1]))
        {
            yield return (new StepOptions { Adapter = new(Rank, 2, [.. target]), Loss = StepLossKind.Choices }, true);
        }
    }

    private (Program Program, Dictionary<string, HostTensor> Inputs) Program(
        IEngine engine,
        StepOptions options,
        bool ofA,
        IWeightSource source
    )
    {
        var given = new StepInputs(engine, model, source);
        var inputs = given.Of(options, given.Examples(options), 1);
        float[] Random(ulong seed, int count) => new PlainRandom(seed).Normals(count, 0.2);
        inputs[ProgramNames.AdapterA] = HostTensor.Of(Random(2, options.Adapter.ACount), options.Adapter.ACount);
        inputs[ProgramNames.AdapterB] = HostTensor.Of(Random(3, options.Adapter.BCount), options.Adapter.BCount);
        return (_assembler.Gradient(options, ofA), inputs);
    }

    private void CheckSlopes(
        IProgramSession session,
        Dictionary<string, HostTensor> inputs,
        IReadOnlyDictionary<string, HostTensor> outputs,
        string name,
        IReadOnlyList<int> offsets,
        StepOptions options
    )
    {
        var values = inputs[name].Floats;
        var gradient = outputs[name + ".gradient"].Floats;
        Assert.Equal(values.Length, gradient.Length);
        for (var module = 0; module + 1 < offsets.Count; module++)
        {
            var (start, count) = (offsets[module], offsets[module + 1] - offsets[module]);
            var ofModule = gradient.AsSpan(start, count).ToArray();
            var length = Math.Sqrt(ofModule.Sum(value => (double)value * value));
            var random = new PlainRandom((ulong)module).Normals(count, 1 / Math.Sqrt(count));
            double[] direction = [.. random.Select((value, i) => value + (length > 0 ? ofModule[i] / length : 0))];

            // Losses move by about as much along every module.
            var (step, tolerance) = _hasEdges ? (0.001, 3e-2) : (0.005, 2e-3);
            step /= Math.Max(1, length);
            double LossAt(double distance)
            {
                float[] moved = [.. values];
                for (var i = 0; i < count; i++)
                {
                    moved[start + i] += (float)(distance * direction[i]);
                }

                var there = new Dictionary<string, HostTensor>(inputs, StringComparer.Ordinal)
                {
                    [name] = HostTensor.Of(moved, moved.Length),
                };
                return session.Run(there)[ProgramNames.Losses].Floats[0];
            }

            var near = LossAt(step) - LossAt(-step);
            var far = LossAt(2 * step) - LossAt(-2 * step);
            var measured = ((8 * near) - far) / (12 * step);
            var computed = ofModule.Zip(direction).Sum(pair => pair.First * pair.Second);
            Assert.True(
                Math.Abs(measured - computed) <= tolerance * (length + (_hasEdges ? 0.1 : 0.05)),
                $"part {module} of {name}, {Describe(options)}: slope {measured:R}, gradient {computed:R}, " + $"length {length:R}"
            );
        }
    }

    private static string Describe(StepOptions options) =>
        $"{options.Loss} {options.Prompt} from layer {options.FirstLayer}, {options.SharedLayers} shared, {options.RowTokens} tokens, "
        + $"{options.Adapter.Modules.Count} modules";
}
