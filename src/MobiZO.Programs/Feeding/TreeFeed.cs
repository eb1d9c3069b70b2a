using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Feeding;

/// <summary>Lays examples out as the rows of a program that scores packed rows: one row an example.</summary>
public sealed class TreeFeed
{
    // As good as minus infinity beside any score, and still a number.
    private const float Never = -1e9f;

    private readonly Dictionary<string, HostTensor> _inputs = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<PackedRow> _packed;
    private readonly int[] _firstPoints;

    private TreeFeed(IReadOnlyList<PromptExample> examples, IReadOnlyList<PackedRow> packed, bool hasSpoken)
    {
        _packed = packed;
        TokensPerRow = examples.Zip(packed, TokensOf).Max();
        Columns = Math.Max(1, packed.Max(row => row.Points.Max(point => point.Candidates.Count)));
        _firstPoints = new int[packed.Count];
        for (var i = 1; i < packed.Count; i++)
        {
            _firstPoints[i] = _firstPoints[i - 1] + packed[i - 1].Points.Count;
        }

        AddTokens(examples);
        AddPoints(examples);
        if (hasSpoken)
        {
            AddSpoken();
        }
    }

    /// <summary>Everything but the adapter and the cached prompts.</summary>
    public IReadOnlyDictionary<string, HostTensor> Inputs => _inputs;

    /// <summary>S.</summary>
    public int TokensPerRow { get; }

    /// <summary>K: candidates of every point, padding included.</summary>
    public int Columns { get; }

    /// <summary>Lays examples out.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="packed">Their ways, a packed row each.</param>
    /// <param name="hasSpoken">Whether the tokens of the first way are asked for among the whole vocabulary too.</param>
    /// <exception cref="ProgramException">There are no examples, or not a packed row of at least one point for each.</exception>
    public static TreeFeed Create(IReadOnlyList<PromptExample> examples, IReadOnlyList<PackedRow> packed, bool hasSpoken)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(packed);
        return examples.Count == 0 || examples.Count != packed.Count || packed.Any(row => row.Points.Count == 0)
            ? throw new ProgramException(
                $"Packed rows need at least one example and one point each, found {examples.Count} examples and {packed.Count} rows."
            )
            : new TreeFeed(examples, packed, hasSpoken);
    }

    /// <summary>Tokens of an example's row, from its suffix on.</summary>
    public static int TokensOf(PromptExample example, PackedRow packed)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(packed);
        return example.Prompt.Length - example.SuffixStart + packed.Tokens.Count;
    }

    /// <summary>Where the value of a candidate lies in an output [R, K].</summary>
    /// <param name="example">Index of the example.</param>
    /// <param name="way">Index of the way.</param>
    /// <param name="point">Index among its points.</param>
    /// <param name="candidate">Index among the candidates of the point.</param>
    public int PlaceOf(int example, int way, int point, int candidate) =>
        ((_firstPoints[example] + _packed[example].IndexOf(way, point)) * Columns) + _packed[example].ColumnOf(way, point, candidate);

    private void AddTokens(IReadOnlyList<PromptExample> examples)
    {
        var size = TokensPerRow;
        var (ids, positions) = (new long[examples.Count * size], new long[examples.Count * size]);
        var seen = new float[examples.Count * size * size];
        Array.Fill(seen, Never);
        foreach (var (n, example) in examples.Index())
        {
            var packed = _packed[n];
            var suffix = example.Prompt.Length - example.SuffixStart;
            for (var t = 0; t < size; t++)
            {
                var place = (n * size) + t;
                var own = seen.AsSpan(place * size, size);
                if (t < suffix)
                {
                    (ids[place], positions[place]) = (example.Prompt[example.SuffixStart + t], example.SuffixStart + t);
                    own[..(t + 1)].Clear();
                }
                else if (t - suffix < packed.Tokens.Count)
                {
                    var node = t - suffix;
                    (ids[place], positions[place]) = (packed.Tokens[node], example.Prompt.Length + packed.Depths[node]);

                    // The token that it follows is complete: it stands before.
                    var parent = packed.Parents[node] < 0 ? suffix - 1 : suffix + packed.Parents[node];
                    seen.AsSpan(((n * size) + parent) * size, size).CopyTo(own);
                    own[t] = 0;
                }
                else
                {
                    own[t] = 0;
                }
            }
        }

        _inputs.Add(ProgramNames.InputIds, HostTensor.Of(ids, examples.Count, size));
        _inputs.Add(ProgramNames.Positions, HostTensor.Of(positions, examples.Count, size));
        _inputs.Add(ProgramNames.Seen, HostTensor.Of(seen, examples.Count, size, size));
    }

    private void AddPoints(IReadOnlyList<PromptExample> examples)
    {
        var count = _packed.Sum(row => row.Points.Count);
        var (rows, candidates) = (new long[count], new long[count * Columns]);
        var index = 0;
        foreach (var (n, example) in examples.Index())
        {
            var last = (n * TokensPerRow) + example.Prompt.Length - example.SuffixStart - 1;
            foreach (var point in _packed[n].Points)
            {
                rows[index] = last + 1 + point.Token;
                foreach (var (column, id) in point.Candidates.Index())
                {
                    candidates[(index * Columns) + column] = id;
                }

                index++;
            }
        }

        _inputs.Add(ProgramNames.AnswerRows, HostTensor.Of(rows, count));
        _inputs.Add(ProgramNames.CandidateIds, HostTensor.Of(candidates, count, Columns));
    }

    private void AddSpoken()
    {
        var (points, ids) = (new List<long>(), new List<long>());
        foreach (var (n, packed) in _packed.Index())
        {
            foreach (var (index, point) in packed.Ways[0].Points.Index())
            {
                points.Add(_firstPoints[n] + packed.IndexOf(0, index));
                ids.Add(point.Candidates[0]);
            }
        }

        _inputs.Add(ProgramNames.SpokenPoints, HostTensor.Of([.. points], points.Count));
        _inputs.Add(ProgramNames.AnswerIds, HostTensor.Of([.. ids], ids.Count, 1));
    }
}
