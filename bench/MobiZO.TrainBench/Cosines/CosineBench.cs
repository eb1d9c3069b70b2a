using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Programs.Ops;
using MobiZO.Runs;
using MobiZO.Training;

namespace MobiZO.TrainBench.Cosines;

/// <summary>How much of the exact gradient each estimator sees, on the rows of a run.</summary>
internal sealed class CosineBench
{
    private const int Queries = 31;

    private readonly OpenedRun _opened;
    private readonly GradientObjective _exact;
    private readonly ModelObjective _copies;
    private readonly float[] _b;
    private readonly ulong _seed;

    private CosineBench(OpenedRun opened, GradientObjective exact, ModelObjective copies, float[] b) =>
        (_opened, _exact, _copies, _b, _seed) = (opened, exact, copies, b, opened.Options.Run.Seed);

    /// <summary>Measures at the start of a run, where B is zero, or at one of its adapters.</summary>
    /// <param name="folder">A run folder; its model, rows, adapter and loss are used.</param>
    /// <param name="isTrained">Whether B is that of the run's last adapter.</param>
    /// <param name="steps">Mini-batches.</param>
    /// <param name="tell">Told what is done.</param>
    public static IReadOnlyList<CosineRow> Measure(string folder, bool isTrained, int steps, Action<string> tell)
    {
        var run = new RunFolder(folder);
        var options = run.ReadConfig();
        var guided = options with
        {
            Output = Path.Combine(Path.GetTempPath(), "mobizo-cosines"),
            Steps = steps,
            Optimizer = new OptimizerOptions { Estimator = EstimatorKind.Guided, Queries = Queries },
        };
        using var opened = OpenedRun.Open(guided, progress: null);
        opened.TrainCache?.FillFor([.. Enumerable.Range(0, steps).SelectMany(step => opened.Examples.Order.IndicesOf(step)).Distinct()]);
        var adapter = AdapterFiles.Load(isTrained ? run.AdapterFolder : run.InitialAdapterFolder);
        adapter = adapter.OrderedAs([.. opened.Fresh.Modules.Select(module => module.Name)]);
        float[] a = [.. adapter.Modules.SelectMany(module => module.A)];
        var reverse = opened.Options.With(new OptimizerOptions { Estimator = EstimatorKind.Reverse });
        using var programs = StepPrograms.Load(opened.Model, reverse, opened.Examples);
        var (examples, order, lengths) = (opened.Examples.All, opened.Examples.Order, opened.Model.Model.Engine.Traits.Lengths);
        var loss = opened.Options.Loss;
        return new CosineBench(
            opened,
            new GradientObjective(programs.Gradient!, loss, a, examples, order, opened.TrainCache, opened.GradientRoom, lengths),
            new ModelObjective(opened.Programs, loss, a, examples, order, opened.TrainCache, guided.TokensPerRunInForce, lengths),
            isTrained ? adapter.ToState() : new float[adapter.Layout.Total]
        ).Measure(steps, tell);
    }

    private List<CosineRow> Measure(int steps, Action<string> tell)
    {
        var layout = _opened.Fresh.Layout;
        var noise = new float[Queries * layout.Total];
        var kinds = new (string Name, List<double> Own, float[] Sum)[]
        {
            ("random, 31 queries", [], new float[layout.Total]),
            ("guided: broadcast of the same rows", [], new float[layout.Total]),
            ("guided: 31 random queries added", [], new float[layout.Total]),
            ("guided: broadcast with the slope along each module's part", [], new float[layout.Total]),
        };
        var (mean, ofMean, ofMeanWithSlopes) = (new float[layout.Total], new List<double>(), new List<double>());
        var perLayer = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
        var exact = new List<float[]>();
        for (var step = 0; step < steps; step++)
        {
            tell($"mini-batch {step + 1} of {steps}");
            StepRequest Request(CopyPlan plan, ReadOnlyMemory<float> directions, float epsilon) =>
                new()
                {
                    Step = step,
                    Plan = plan,
                    B = _b,
                    Noise = directions,
                    Epsilon = epsilon,
                };
            var truth = _exact.LossAndGradient(Request(CopyPlan.Create(EstimatorKind.Reverse, 1), default, 1)).Gradient;
            exact.Add(truth);
            new MobiZO.Optimization.Noise.NoiseSource(_seed).FillStep(
                MobiZO.Optimization.Noise.NoiseKind.Rademacher,
                step,
                Queries,
                layout,
                noise
            );
            var plan = CopyPlan.Create(EstimatorKind.OneSidedNormalized, Queries);
            var (losses, broadcast) = _copies.LossesAndBroadcast(Request(plan, noise, 2e-3f));
            var g = ProjectedGradients.Compute(plan, losses, 2e-3f);
            var random = new float[layout.Total];
            for (var query = 0; query < Queries; query++)
            {
                for (var k = 0; k < random.Length; k++)
                {
                    random[k] += g[query] * noise[(query * layout.Total) + k];
                }
            }

            var both = Add(Unit(broadcast), Unit(random));
            foreach (var (kind, estimate) in kinds.Zip([random, broadcast, both, WithSlopes(broadcast, truth)]))
            {
                kind.Own.Add(Cosine(estimate, truth));
                Accumulate(kind.Sum, estimate, 1);
            }

            if (step > 0)
            {
                ofMean.Add(Cosine(mean, truth));
                ofMeanWithSlopes.Add(Cosine(WithSlopes(mean, truth), truth));
            }

            // What AdamW follows, before it is divided by the root of the mean square.
            for (var k = 0; k < mean.Length; k++)
            {
                mean[k] = (0.9f * mean[k]) + (0.1f * broadcast[k]);
            }

            foreach (var segment in layout.Segments)
            {
                var (from, length) = (segment.Offset, segment.Length);
                if (!perLayer.TryGetValue(segment.Name, out var list))
                {
                    perLayer.Add(segment.Name, list = []);
                }

                list.Add(Cosine(broadcast.AsSpan(from, length), truth.AsSpan(from, length)));
            }
        }

        var whole = Sum(exact);
        var rows = kinds.Select(kind => new CosineRow(kind.Name, kind.Own.Average(), Cosine(kind.Sum, whole))).ToList();
        rows.Add(new CosineRow("guided: running mean of the steps before", ofMean.Average(), null));
        rows.Add(new CosineRow("guided: the same with the slope along each module's part", ofMeanWithSlopes.Average(), null));
        rows.Add(new CosineRow("reverse", 1, 1));
        rows.Add(new CosineRow("reverse: another mini-batch", exact.Skip(1).Select((truth, i) => Cosine(truth, exact[i])).Average(), null));
        rows.AddRange(perLayer.Select(pair => new CosineRow($"broadcast in {pair.Key}", pair.Value.Average(), null)));
        return rows;
    }

    /// <summary>
    /// The best of the span of a direction's modules: each part by the exact slope of the loss along it, as one copy a module would measure
    /// it. Parts of the wrong sign turn round.
    /// </summary>
    private float[] WithSlopes(float[] direction, float[] truth)
    {
        var scaled = new float[direction.Length];
        foreach (var segment in _opened.Fresh.Layout.Segments)
        {
            var (from, to) = (segment.Offset, segment.Offset + segment.Length);
            var (slope, square) = (0d, 0d);
            for (var k = from; k < to; k++)
            {
                slope += (double)direction[k] * truth[k];
                square += (double)direction[k] * direction[k];
            }

            for (var k = from; k < to && square > 0; k++)
            {
                scaled[k] = (float)(direction[k] * slope / square);
            }
        }

        return scaled;
    }

    private static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var (dot, a, b) = (0d, 0d, 0d);
        for (var k = 0; k < x.Length; k++)
        {
            dot += (double)x[k] * y[k];
            a += (double)x[k] * x[k];
            b += (double)y[k] * y[k];
        }

        return a == 0 || b == 0 ? 0 : dot / Math.Sqrt(a * b);
    }

    private static float[] Unit(float[] values)
    {
        var norm = (float)Math.Sqrt(values.Sum(value => (double)value * value));
        return [.. values.Select(value => norm == 0 ? 0 : value / norm)];
    }

    private static float[] Add(float[] x, float[] y) => [.. x.Zip(y, (a, b) => a + b)];

    private static float[] Sum(List<float[]> all)
    {
        var sum = new float[all[0].Length];
        all.ForEach(values => Accumulate(sum, values, 1));
        return sum;
    }

    private static void Accumulate(float[] sum, float[] values, float factor)
    {
        for (var k = 0; k < sum.Length; k++)
        {
            sum[k] += values[k] * factor;
        }
    }
}
