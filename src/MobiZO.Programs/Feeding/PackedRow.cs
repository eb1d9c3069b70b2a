namespace MobiZO.Programs.Feeding;

/// <summary>
/// Several ways on from one prompt as one row: tokens that ways begin with alike stand in it once, and every token sees the prompt, the
/// tokens on its own way and itself.
/// </summary>
public sealed class PackedRow
{
    private readonly List<int> _tokens = [];
    private readonly List<int> _parents = [];
    private readonly List<int> _depths = [];
    private readonly Dictionary<(int Parent, int Token), int> _children = [];
    private readonly List<List<int>> _candidates = [];
    private readonly List<int> _places = [];
    private readonly Dictionary<int, int> _pointAt = [];
    private readonly int[][] _points;

    /// <summary>Packs ways.</summary>
    /// <param name="ways">The ways, each with what is asked on it.</param>
    public PackedRow(IReadOnlyList<ChoiceRow> ways)
    {
        ArgumentNullException.ThrowIfNull(ways);
        Ways = ways;
        _points = [.. ways.Select(PointsOf)];
        Points = [.. _places.Select((place, index) => new PackedPoint(place, _candidates[index]))];
    }

    /// <summary>What was packed.</summary>
    public IReadOnlyList<ChoiceRow> Ways { get; }

    /// <summary>Token ids behind the prompt; one comes after the token that it follows.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>For each of the tokens the index of the one that it follows; -1: the last prompt token.</summary>
    public IReadOnlyList<int> Parents => _parents;

    /// <summary>For each of the tokens how many tokens of its way come before it.</summary>
    public IReadOnlyList<int> Depths => _depths;

    /// <summary>Every place where something is asked, once.</summary>
    public IReadOnlyList<PackedPoint> Points { get; }

    /// <summary>Index in <see cref="Points"/> of a point of a way.</summary>
    /// <param name="way">Index of the way.</param>
    /// <param name="point">Index among its points.</param>
    public int IndexOf(int way, int point) => _points[way][point];

    /// <summary>Where a candidate of a point of a way stands among the candidates of the packed point.</summary>
    /// <param name="way">Index of the way.</param>
    /// <param name="point">Index among its points.</param>
    /// <param name="candidate">Index among the candidates of the point.</param>
    public int ColumnOf(int way, int point, int candidate) =>
        _candidates[_points[way][point]].IndexOf(Ways[way].Points[point].Candidates[candidate]);

    private int[] PointsOf(ChoiceRow way)
    {
        int[] nodes = [-1, .. way.Tokens];
        for (var depth = 0; depth < way.Tokens.Length; depth++)
        {
            nodes[depth + 1] = Add(nodes[depth], way.Tokens[depth], depth);
        }

        return [.. way.Points.Select(point => Add(nodes[point.Offset], point.Candidates))];
    }

    private int Add(int parent, int token, int depth)
    {
        if (!_children.TryGetValue((parent, token), out var node))
        {
            node = _tokens.Count;
            _children.Add((parent, token), node);
            _tokens.Add(token);
            _parents.Add(parent);
            _depths.Add(depth);
        }

        return node;
    }

    private int Add(int node, int[] candidates)
    {
        if (!_pointAt.TryGetValue(node, out var index))
        {
            index = _places.Count;
            _pointAt.Add(node, index);
            _places.Add(node);
            _candidates.Add([]);
        }

        foreach (var candidate in candidates.Where(candidate => !_candidates[index].Contains(candidate)))
        {
            _candidates[index].Add(candidate);
        }

        return index;
    }
}
