using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;

namespace MobiZO.TestKit.Tiny;

/// <summary>Inputs that fit a program, from its declared shapes alone.</summary>
public static class ProgramInputs
{
    /// <summary>
    /// Extents of the symbols: N rows of S tokens for P copies of X examples, F rows of the first copy, T cached tokens, total cached and
    /// new ones, R answers, K candidates, D decisions.
    /// </summary>
    public static IReadOnlyDictionary<string, long> Extents { get; } =
        new Dictionary<string, long>
        {
            ["N"] = 12,
            ["F"] = 2,
            ["S"] = 3,
            ["P"] = 6,
            ["X"] = 2,
            ["T"] = 4,
            ["total"] = 7,
            ["R"] = 12,
            ["K"] = 3,
            ["D"] = 12,
            ["DK"] = 36,
            ["Q"] = 4,
            ["q"] = 3,
        };

    /// <summary>Random inputs of a program.</summary>
    public static Dictionary<string, HostTensor> Of(Program program)
    {
        var random = new PlainRandom(17);

        // A step that updates has the copies of its estimator: 2q two-sided, q + 1 one-sided.
        var update = program.Nodes.Select(node => node.Operation).OfType<ProjectGradients>().FirstOrDefault();
        var extents = Extents.ToDictionary(StringComparer.Ordinal);
        extents["P"] = update is null or { Estimator: EstimatorKind.TwoSided } ? extents["P"] : update.Queries + 1;
        var tokens = program.Inputs.FirstOrDefault(input => input.Name == ProgramNames.Positions)?.Shape.Size.Bind(extents) ?? 0;
        return program.Inputs.ToDictionary(
            input => input.Name,
            input =>
            {
                int[] shape = [.. input.Shape.Dimensions.Select(dimension => (int)dimension.Bind(extents))];
                var count = shape.Aggregate(1, (product, extent) => product * extent);
                if (input.Name == ProgramNames.Seen)
                {
                    // Every token sees the first one and itself.
                    var size = shape[^1];
                    return HostTensor.Of(
                        [
                            .. Enumerable
                                .Range(0, count)
                                .Select(i => (Row: i / size % size, Column: i % size))
                                .Select(at => at.Column == at.Row || at.Column == 0 ? 0f : -1e9f),
                        ],
                        shape
                    );
                }

                if (input.Type == ElementType.Float32)
                {
                    return HostTensor.Of(input.Name is ProgramNames.Epsilon ? [0.01f] : random.Normals(count, 0.1), shape);
                }

                var below = input.Name switch
                {
                    ProgramNames.AnswerRows => (int)tokens,
                    ProgramNames.Positions or ProgramNames.PositionIds or ProgramNames.FirstPositions => 20,
                    ProgramNames.PastLengths => 5,
                    ProgramNames.QueryIndex => 3,
                    ProgramNames.SpokenPoints => 12,
                    ProgramNames.Labels => 2,
                    _ => 40,
                };
                var isMask = input.Name == ProgramNames.AttentionMask;
                return HostTensor.Of(Array.ConvertAll(random.Tokens(count, below), id => isMask ? Math.Min(1L, id) : id), shape);
            }
        );
    }

    /// <summary>Compares outputs, relative to 1 + their size.</summary>
    public static void AssertSame(
        IReadOnlyDictionary<string, HostTensor> expected,
        IReadOnlyDictionary<string, HostTensor> actual,
        double tolerance
    )
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.Shape, actual[name].Shape);
            for (var i = 0; i < tensor.Count; i++)
            {
                var (left, right) = (tensor.Floats[i], actual[name].Floats[i]);
                Assert.True(Math.Abs(left - right) <= tolerance * (1 + Math.Abs(left)), $"{name}[{i}]: {left:R} and {right:R}");
            }
        }
    }
}
