using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Delegates;

/// <summary>
/// Moves the kernels that XNNPACK has into as few delegates as their order allows: kernels that it lacks run as early as they can, then all
/// of its own that are ready, and so on.
/// </summary>
internal sealed class Delegation
{
    // Below it a call costs more than the kernels.
    private const long FewValues = 16_384;

    private readonly PteFile _file;
    private readonly PteMethod _method;
    private readonly XnnTranslation _translation;
    private readonly List<PteInstruction> _ordered = [];
    private readonly Dictionary<string, PteTensor> _rows = new(StringComparer.Ordinal);

    private Delegation(PteFile file, PteMethod method)
    {
        (_file, _method) = (file, method);
        _translation = new XnnTranslation(method, file.Target, Row);
    }

    /// <summary>Gives a method with the same results; the given one must not be used afterwards.</summary>
    public static PteMethod Apply(PteFile file, PteMethod method)
    {
        var delegation = new Delegation(file, method);
        delegation.Order();
        return method.With(delegation._ordered);
    }

    private void Order()
    {
        var needs = Needs();
        var waiting = Enumerable.Range(0, _method.Instructions.Count).ToList();
        var done = new bool[_method.Instructions.Count];
        while (waiting.Count > 0)
        {
            Take(waiting, done, needs, own: false, _ordered.Add);
            var group = new List<PteInstruction>();
            Take(waiting, done, needs, own: true, group.Add);
            AddGroup(group, waiting);
        }
    }

    /// <summary>What must run before each instruction.</summary>
    private List<int>[] Needs()
    {
        var makers = new Dictionary<PteTensor, int>();
        var readers = new Dictionary<PteTensor, List<int>>();
        var needs = new List<int>[_method.Instructions.Count];
        for (var index = 0; index < needs.Length; index++)
        {
            var call = _method.Instructions[index];
            needs[index] = [];
            foreach (var read in _translation.ReadBy(call))
            {
                if (makers.TryGetValue(read, out var maker))
                {
                    needs[index].Add(maker);
                }

                (readers.TryGetValue(read, out var known) ? known : readers[read] = []).Add(index);
            }

            // A state is overwritten when everybody has read it.
            var made = _translation.MadeBy(call);
            if (made.Kind == PteTensorKind.State && readers.TryGetValue(made, out var before))
            {
                needs[index].AddRange(before.Where(reader => reader != index));
            }

            makers[made] = index;
        }

        return needs;
    }

    private void Take(List<int> waiting, bool[] done, List<int>[] needs, bool own, Action<PteInstruction> add)
    {
        // What is needed stands before what needs it, so that one pass finds all.
        foreach (var index in waiting)
        {
            var call = _method.Instructions[index];
            if (_translation.Has(call) == own && needs[index].All(need => done[need]))
            {
                done[index] = true;
                add(call);
            }
        }

        waiting.RemoveAll(index => done[index]);
    }

    private void AddGroup(List<PteInstruction> group, List<int> waiting)
    {
        var isWorth = group.Exists(_translation.IsHeavy) || group.Sum(call => _translation.MadeBy(call).Count) >= FewValues;
        if (!isWorth)
        {
            _ordered.AddRange(group);
            return;
        }

        var made = group.Select(_translation.MadeBy).ToHashSet();
        var later = waiting.SelectMany(index => _translation.ReadBy(_method.Instructions[index])).Concat(_method.Outputs).ToHashSet();
        PteTensor[] inputs =
        [
            .. group
                .SelectMany(_translation.ReadBy)
                .Where(tensor => tensor.Kind != PteTensorKind.Named && !made.Contains(tensor))
                .Distinct(),
        ];
        PteTensor[] outputs = [.. made.Where(later.Contains)];
        var graph = new XnnSubgraph(inputs, outputs, _file.Target.HasNamedData);
        foreach (var call in group)
        {
            _translation.Add(graph, call);
        }

        _file.Payloads.Add(graph.Payload());
        _method.Delegates.Add((XnnSubgraph.Backend, _file.Payloads.Count - 1));
        _ordered.Add(new PteInstruction(-1, _method.Delegates.Count - 1, [.. inputs.Concat(outputs).Select(tensor => tensor.Place)]));
    }

    private PteTensor Row(int count, float value)
    {
        var name = FormattableString.Invariant($"mobizo.row.{count}.{value:r}");
        if (!_rows.TryGetValue(name, out var row))
        {
            row = new PteTensor(PteType.Float32, [1, count], PteTensorKind.Named) { Name = name };
            _rows.Add(name, row);
            _file.Named.TryAdd(name, PteConstant.Of([.. Enumerable.Repeat(value, count).SelectMany(BitConverter.GetBytes)]));
        }

        return row;
    }
}
