using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.TestKit.Bodies;

/// <summary>What holds for every family on every engine: one body, run over all golden folders and over models that are made up.</summary>
/// <param name="engine">The engine under test.</param>
/// <param name="model">The model as data.</param>
/// <param name="weights">Its weights.</param>
public sealed class ModelBody(IEngine engine, ModelDescription model, IWeightSource weights)
{
    private const double Tolerance = 2e-4;
    private const int Queries = 2;
    private const float Epsilon = 0.01f;

    private readonly ProgramAssembler _assembler = new(model);
    private readonly int[] _tokens = StepInputs.Tokens(model);
    private readonly StepInputs _inputs = new(engine, model, weights);

    private AdapterLayout Adapter => new(2, 2, _assembler.LinearModules);

    /// <summary>Everything that this body checks.</summary>
    public void CheckAll()
    {
        ModuleInputsAreNamed();
        CachedPrefixEqualsWholeRow();
        GenerationEqualsWholeRow();
        ActivatedEqualsMaskedForward();
        CopiesSideBySideEqualCopiesInTurn();
        StepEqualsPlainLoops();
    }

    /// <summary>A fresh adapter changes nothing, and tokens behind a cached prefix have the logits of the whole row.</summary>
    private void CachedPrefixEqualsWholeRow()
    {
        var whole = Run(_assembler.Generate(null, PrefixKind.Tokens), Tokens(0, 14))[ProgramNames.Logits].Floats;
        var (a, zero) = (Random(2, Adapter.ACount), new float[Adapter.BCount]);
        AssertNear(
            whole,
            Run(_assembler.Generate(Adapter, PrefixKind.Tokens), WithAdapter(Tokens(0, 14), a, zero))[ProgramNames.Logits].Floats,
            "fresh adapter"
        );

        foreach (var start in new[] { 5, 13 })
        {
            var inputs = WithAdapter(Tokens(start, 14), a, zero);
            _inputs.AddPrefix(inputs, [_tokens[..start]]);
            var behind = Run(_assembler.Generate(Adapter, PrefixKind.KeyValues), inputs)[ProgramNames.Logits].Floats;
            AssertNear(whole[(start * model.Config.VocabularySize)..], behind, $"behind {start} cached tokens");
        }
    }

    /// <summary>Generation with a growing cache has the logits of the whole row, with an adapter on every linear layer.</summary>
    private void GenerationEqualsWholeRow()
    {
        var (a, b) = (Random(2, Adapter.ACount), Random(3, Adapter.BCount));
        var whole = Run(_assembler.Generate(Adapter, PrefixKind.Tokens), WithAdapter(Tokens(0, 14), a, b))[ProgramNames.Logits].Floats;
        var last = Run(_assembler.Generate(Adapter, PrefixKind.Tokens), WithAdapter(Tokens(0, 6), a, b));
        using var session = engine.Load(_assembler.Generate(Adapter, PrefixKind.KeyValues), weights);
        foreach (var (start, end) in new[] { (6, 7), (7, 10), (10, 11), (11, 14) })
        {
            var inputs = WithAdapter(Tokens(start, end), a, b);
            inputs[ProgramNames.PastLengths] = HostTensor.Of([(long)start], 1);
            for (var layer = 0; layer < model.Layers.Count; layer++)
            {
                inputs[ProgramNames.PastKey(layer)] = last[ProgramNames.PresentKey(layer)];
                inputs[ProgramNames.PastValue(layer)] = last[ProgramNames.PresentValue(layer)];
            }

            last = session.Run(inputs);
            var vocabulary = model.Config.VocabularySize;
            AssertNear(
                whole[(start * vocabulary)..(end * vocabulary)],
                last[ProgramNames.Logits].Floats,
                $"tokens {start} to {end} by the cache"
            );
        }
    }

    /// <summary>
    /// Tokens behind a cached prefix, adapted, have the logits of plain loops over the whole row in which the tokens before carry no
    /// adapter; so has the whole row adapted.
    /// </summary>
    private void ActivatedEqualsMaskedForward()
    {
        var (a, b) = (Random(2, Adapter.ACount), Random(3, Adapter.BCount));
        var plain = new PlainForward(model, weights, Adapter, a);
        foreach (var start in new[] { 0, 8 })
        {
            var inputs = WithAdapter(Tokens(start, 14), a, b);
            if (start > 0)
            {
                _inputs.AddPrefix(inputs, [_tokens[..start]]);
            }

            var program = _assembler.Generate(Adapter, start == 0 ? PrefixKind.Tokens : PrefixKind.KeyValues);
            float[] expected = [.. plain.Logits(_tokens, start, b)[start..].SelectMany(row => row).Select(value => (float)value)];
            AssertNear(expected, Run(program, inputs)[ProgramNames.Logits].Floats, $"adapted from token {start} on, plain loops");
        }
    }

    /// <summary>A step with its update has the losses, the projected gradients and the next B of plain loops.</summary>
    private void StepEqualsPlainLoops()
    {
        const float Far = 0.05f,
            Rate = 0.02f;
        var options = new StepOptions
        {
            Adapter = Adapter,
            Prompt = PrefixKind.KeyValues,
            Loss = StepLossKind.Choices,
            Update = new EngineUpdate(EstimatorKind.TwoSided, Queries),
        };
        var count = Adapter.BCount;
        var (a, b, noise) = (Random(2, Adapter.ACount), Random(3, count), Random(4, Queries * count));
        var examples = _inputs.Examples(options);
        var inputs = WithCopies(options, examples, (a, b, noise), [0, 1, 0, 1], [Far, Far, -Far, -Far]);
        inputs[ProgramNames.Epsilon] = HostTensor.Of([Far], 1);
        inputs[ProgramNames.LearningRate] = HostTensor.Of([Rate], 1);
        var outputs = Run(_assembler.Step(options), inputs);

        var plain = new PlainForward(model, weights, Adapter, a);
        float[] losses = [.. Enumerable.Range(0, 4).Select(copy => (float)plain.Loss(options.Loss, examples, Moved(copy)))];
        AssertNear(losses, outputs[ProgramNames.Losses].Floats, "losses of plain loops");
        double[] gradients = [.. Enumerable.Range(0, Queries).Select(query => (losses[query] - losses[query + 2]) / (2.0 * Far))];
        float[] next = [.. b];
        for (var i = 0; i < count; i++)
        {
            next[i] -= (float)(Rate / Queries * gradients.Select((gradient, query) => gradient * noise[(query * count) + i]).Sum());
        }

        var moved = next.Zip(b, (x, y) => Math.Abs(x - y)).Max();
        var distance = next.Zip(outputs[ProgramNames.NextAdapterB].Floats, (x, y) => Math.Abs(x - y)).Max();
        Assert.True(distance <= 0.02 * moved, $"B of the engine is {distance:g3} from that of plain loops, which moved by {moved:g3}");

        float[] Moved(int copy) => [.. b.Select((value, i) => value + ((copy < 2 ? Far : -Far) * noise[(copy % 2 * count) + i]))];
    }

    /// <summary>All copies of a step at once have the losses of copies one after another, in every form that prompts are given.</summary>
    private void CopiesSideBySideEqualCopiesInTurn()
    {
        const StepLossKind Choices = StepLossKind.Choices;
        var upper = new AdapterLayout(2, 2, [.. _assembler.LinearModules.Where(module => module.Layer >= 1)]);
        CopiesSideBySide(new StepOptions { Adapter = Adapter });
        CopiesSideBySide(new StepOptions { Adapter = Adapter, Prompt = PrefixKind.KeyValues });
        CopiesSideBySide(
            new StepOptions
            {
                Adapter = Adapter,
                Prompt = PrefixKind.KeyValues,
                Loss = Choices,
                RowTokens = 1,
            }
        );
        CopiesSideBySide(
            new StepOptions
            {
                Adapter = upper,
                Prompt = PrefixKind.KeyValues,
                Loss = Choices,
                SharedLayers = 1,
            }
        );
        CopiesSideBySide(
            new StepOptions
            {
                Adapter = upper,
                Prompt = PrefixKind.Hidden,
                Loss = Choices,
                FirstLayer = 1,
            }
        );
    }

    /// <summary>The program of module inputs gives what it says under the names it says.</summary>
    private void ModuleInputsAreNamed()
    {
        var program = _assembler.ModuleInputs(Adapter, PrefixKind.Tokens);
        var outputs = Run(program, Tokens(0, 14));
        Assert.All(Adapter.Modules, module => Assert.Equal([14, module.InputSize], outputs[_assembler.InputOf(module.Name)].Shape));
        Assert.Equal(outputs.Count, Adapter.Modules.Select(module => _assembler.InputOf(module.Name)).Distinct().Count());
    }

    private void CopiesSideBySide(StepOptions options)
    {
        var adapter = options.Adapter;
        var (a, b, noise) = (Random(2, adapter.ACount), Random(3, adapter.BCount), Random(4, Queries * adapter.BCount));
        var examples = _inputs.Examples(options);
        long[] queries = [0, 1, 0, 1];
        float[] coefficients = [Epsilon, Epsilon, -Epsilon, -Epsilon];
        using var step = engine.Load(_assembler.Step(options), weights);
        var together = Losses(step, examples, options, a, b, noise, queries, coefficients);
        Assert.Equal(4, together.Distinct().Count());
        for (var copy = 0; copy < 4; copy++)
        {
            float[] moved = [.. b.Select((value, i) => value + (coefficients[copy] * noise[(queries[copy] * adapter.BCount) + i]))];
            AssertNear(Losses(step, examples, options, a, moved, noise, [0], [0]), [together[copy]], $"copy {copy} of {options}");
        }
    }

    private float[] Losses(
        IProgramSession step,
        PromptExample[] examples,
        StepOptions options,
        float[] a,
        float[] b,
        float[] noise,
        long[] queries,
        float[] coefficients
    )
    {
        var inputs = WithCopies(options, examples, (a, b, noise), queries, coefficients);
        return step.Run(inputs)[ProgramNames.Losses].Floats;
    }

    private Dictionary<string, HostTensor> WithCopies(
        StepOptions options,
        PromptExample[] examples,
        (float[] A, float[] B, float[] Noise) state,
        long[] queries,
        float[] coefficients
    )
    {
        var inputs = WithAdapter(_inputs.Of(options, examples, queries.Length), state.A, state.B);
        inputs[ProgramNames.Noise] = HostTensor.Of(state.Noise, Queries, state.B.Length);
        inputs[ProgramNames.QueryIndex] = HostTensor.Of(queries, queries.Length);
        inputs[ProgramNames.Coefficients] = HostTensor.Of(coefficients, coefficients.Length);
        return inputs;
    }

    private IReadOnlyDictionary<string, HostTensor> Run(Program program, Dictionary<string, HostTensor> inputs)
    {
        using var session = engine.Load(program, weights);
        return session.Run(inputs);
    }

    private static Dictionary<string, HostTensor> WithAdapter(Dictionary<string, HostTensor> inputs, float[] a, float[] b)
    {
        inputs[ProgramNames.AdapterA] = HostTensor.Of(a, a.Length);
        inputs[ProgramNames.AdapterB] = HostTensor.Of(b, b.Length);
        return inputs;
    }

    private Dictionary<string, HostTensor> Tokens(int start, int end)
    {
        var count = end - start;
        return new(StringComparer.Ordinal)
        {
            [ProgramNames.InputIds] = HostTensor.Of([.. _tokens[start..end].Select(id => (long)id)], 1, count),
            [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(start, count).Select(position => (long)position)], 1, count),
            [ProgramNames.AnswerRows] = HostTensor.Of([.. Enumerable.Range(0, count).Select(row => (long)row)], count),
        };
    }

    private static float[] Random(ulong seed, int count) => new PlainRandom(seed).Normals(count, 0.2);

    private static void AssertNear(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - actual[i]) <= Tolerance * (1 + Math.Abs(expected[i])),
                $"{what}: [{i}] {expected[i]:R} and {actual[i]:R}"
            );
        }
    }
}
