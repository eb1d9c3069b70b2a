using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Delegates;
using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Planning;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>Writes a program as a method of a file, for one set of extents.</summary>
internal sealed class PteLowering
{
    private readonly PteGraph _graph;
    private readonly IFrozenTensors _weights;
    private readonly Dictionary<Value, PteTensor> _tensors = [];

    private readonly Dictionary<(PteTensor X, PteTensor A), PteTensor> _down = [];
    private readonly GradientKernels _gradients;

    private PteLowering(PteGraph graph, IFrozenTensors weights) =>
        (_graph, _weights, _gradients) = (graph, weights, new GradientKernels(graph, weights));

    /// <summary>Adds a program to a file, planned.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Name of the method.</param>
    /// <param name="program">The program.</param>
    /// <param name="symbols">The extents of its symbols.</param>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="kept">A value that the method keeps; null: none.</param>
    public static PteMethod Add(
        PteFile file,
        string name,
        Program program,
        IReadOnlyDictionary<string, long> symbols,
        IFrozenTensors weights,
        KeptState? kept = null
    )
    {
        var method = new PteMethod(name);
        var lowering = new PteLowering(new PteGraph(file, method), weights);
        foreach (var input in program.Inputs)
        {
            int[] shape = [.. input.Shape.Dimensions.Select(dimension => checked((int)dimension.Bind(symbols)))];
            lowering._tensors[input] =
                input.Name == kept?.Input
                    ? lowering._graph.State(kept.First, shape)
                    : lowering._graph.Input(input.Type == ElementType.Int64 ? PteType.Int64 : PteType.Float32, shape);
        }

        foreach (var node in program.Nodes)
        {
            IReadOnlyList<PteTensor> inputs = [.. node.Inputs.Select(value => lowering._tensors[value])];
            foreach (var (value, tensor) in node.Outputs.Zip(lowering.Lower(node.Operation, inputs)))
            {
                lowering._tensors[value] = tensor;
            }
        }

        foreach (var output in program.Outputs)
        {
            lowering._graph.Output(lowering.Own(lowering._tensors[output]));
        }

        if (kept is not null)
        {
            var state = program.Inputs.Single(input => input.Name == kept.Input);
            var next = program.Outputs.Single(output => output.Name == kept.Output);
            lowering._graph.Store(lowering._tensors[next], lowering._tensors[state]);
        }

        method = Delegation.Apply(file, method);
        MemoryPlanner.Plan(method);
        if (MemoryPlanner.FindConflict(method) is var (first, second))
        {
            throw new ProgramException($"The memory of program '{program.Name}' is planned wrongly: {first} and {second} share bytes.");
        }

        file.Methods.Add(method);
        return method;
    }

    /// <summary>An output has memory of its own: an input, or a value that is an output already, is copied.</summary>
    private PteTensor Own(PteTensor tensor) =>
        tensor.Kind == PteTensorKind.Temporary && !_graph.Method.Outputs.Contains(tensor) ? tensor : _graph.Add(tensor, _graph.Number(0));

    private IReadOnlyList<PteTensor> Lower(Operation operation, IReadOnlyList<PteTensor> x) =>
        operation switch
        {
            Embedding embedding => [Flat(_graph.Rows(Weight(embedding.Table), x[0]))],
            PositionEmbedding positions => [Positions(positions, x[0])],
            RotaryAngles angles => Angles(angles, x[0]),
            Rotary rotary => [Rotate(rotary, x)],
            RmsNorm norm => [RootMeanSquare(norm, x[0])],
            LayerNorm norm => [Normalize(norm, x[0])],
            Linear linear => [Project(linear.Matrix, linear.Bias, x[0])],
            MultiPerturbedLora lora => [LowRank(lora, x)],
            Activation activation => [Activate(activation.Kind, x[0])],
            GatedActivation gated => [_graph.Multiply(Activate(gated.Kind, x[0]), x[1])],
            ResidualAdd => [_graph.Add(x[0], x[1])],
            Scale scale => [_graph.Scale(x[0], scale.Factor)],
            SoftCap cap => [_graph.Scale(_graph.Unary(Kernels.Tanh, _graph.Scale(x[0], 1 / cap.Cap)), cap.Cap)],
            GatherRows => [_graph.Rows(x[0], x[1])],
            CausalAttention causal => [AttentionKernels.Causal(_graph, causal, x[0], x[1], x[2], x[3].Shape[0], x[3].Shape[1])],
            CachedAttention cached => [AttentionKernels.Cached(_graph, cached, x, x[3].Shape[0], x[3].Shape[1])],
            SplitHeads split => [AttentionKernels.SplitHeads(_graph, x[0], x[1].Shape[0], x[1].Shape[1], split.Heads)],
            KvAppend => [_graph.Concatenate(2, x[0], x[1])],
            SplitRows => [_graph.View(x[0], x[1].Shape[0], x[1].Shape[1], x[0].Shape[1])],
            RepeatExamples => [Repeat(x[0], x[1].Shape[0])],
            SplitColumns split => Columns(x[0], split.Widths),
            SplitGroups split => Groups(split, x[0]),
            PerturbStack => [_graph.Add(Column(x[0], 1), _graph.Multiply(_graph.Rows(x[1], x[2]), _graph.View(x[3], x[3].Shape[0], 1)))],
            SingleStack => [_graph.View(x[0], 1, x[0].Shape[0])],
            SplitMatrices split => Matrices(split, x[0]),
            CandidateLogits candidates => [Candidates(candidates, x)],
            CandidateLogProbabilities => [_graph.Gather(_graph.LogSoftmax(x[0]), x[1])],
            WeightedRows weighted => [_graph.Scale(_graph.View(_graph.MatMul(x[1], x[0]), x[1].Shape[0]), weighted.Factor)],
            ChoiceScores => [_graph.View(x[0], x[1].Shape[0], x[0].Shape[0] / x[1].Shape[0])],
            ChoiceLoss => [Choices(x)],
            ProjectGradients gradients => [Gradients(gradients, x[0], x[1])],
            UpdateState update => [Update(update.Queries, x)],
            LoraRows lora => [RowsOfAdapter(lora, x)],
            _ => _gradients.Lower(operation, x),
        };

    private PteTensor Weight(Weight weight) => _weights.Constant(_graph, weight);

    private PteTensor Flat(PteTensor x) => _graph.View(x, x.Shape[0] * x.Shape[1], x.Shape[2]);

    private PteTensor Column(PteTensor x, int leading) => _graph.View(x, leading, x.Shape[0]);

    private PteTensor Project(Weight matrix, Weight? bias, PteTensor x)
    {
        var weights = _weights.Named(_graph, matrix);
        if (bias is null || weights.Scales is null)
        {
            return _graph.Linear(x, weights, bias is null ? null : _weights.Named(_graph, bias));
        }

        // XNNPACK scales the bias of a matrix of bytes as if it were a row of it.
        return _graph.Add(_graph.Linear(x, weights, null), Weight(bias));
    }

    private PteTensor Positions(PositionEmbedding operation, PteTensor positions)
    {
        // Padding may stand beyond the last position.
        var last = _graph.Constant([(long)operation.Table.Shape[0] - 1], 1);
        var shifted = _graph.Add(positions, _graph.Constant([(long)operation.Offset], 1));
        return Flat(_graph.Rows(Weight(operation.Table), _graph.Where(_graph.Less(shifted, last), shifted, last)));
    }

    private PteTensor[] Angles(RotaryAngles operation, PteTensor positions)
    {
        var frequencies = _graph.Constant(
            [.. operation.InverseFrequencies.Select(value => (float)value)],
            1,
            operation.InverseFrequencies.Count
        );
        var angles = _graph.Multiply(_graph.View(positions, positions.Shape[0] * positions.Shape[1], 1), frequencies);
        return
        [
            _graph.Scale(_graph.Unary("aten::cos", angles), operation.Factor),
            _graph.Scale(_graph.Unary("aten::sin", angles), operation.Factor),
        ];
    }

    private PteTensor Rotate(Rotary operation, IReadOnlyList<PteTensor> x)
    {
        var (rows, width, pairs) = (x[0].Shape[0], operation.HeadDimension, x[1].Shape[1]);
        var heads = x[0].Shape[1] / width;
        var all = _graph.View(x[0], rows, heads, width);
        var (cosine, sine) = (_graph.View(x[1], rows, 1, pairs), _graph.View(x[2], rows, 1, pairs));
        var (first, second) = (_graph.Slice(all, 2, 0, pairs), _graph.Slice(all, 2, pairs, 2 * pairs));
        var parts = new List<PteTensor>
        {
            _graph.Subtract(_graph.Multiply(first, cosine), _graph.Multiply(second, sine)),
            _graph.Add(_graph.Multiply(second, cosine), _graph.Multiply(first, sine)),
        };
        if (2 * pairs < width)
        {
            parts.Add(_graph.Slice(all, 2, 2 * pairs, width));
        }

        return _graph.View(_graph.Concatenate(2, parts), rows, heads * width);
    }

    private PteTensor RootMeanSquare(RmsNorm norm, PteTensor x)
    {
        var width = norm.Scale.Shape[0];
        var runs = _graph.View(x, x.Shape[0] * x.Shape[1] / width, width);
        var factor = _graph.Unary(Kernels.InverseRoot, _graph.Add(_graph.Mean(_graph.Multiply(runs, runs)), _graph.Number(norm.Epsilon)));
        return _graph.View(_graph.Multiply(_graph.Multiply(runs, factor), Weight(norm.Scale)), x.Shape);
    }

    private PteTensor Normalize(LayerNorm norm, PteTensor x)
    {
        var width = norm.Scale.Shape[0];
        var runs = _graph.View(x, x.Shape[0] * x.Shape[1] / width, width);
        var centred = _graph.Subtract(runs, _graph.Mean(runs));
        var variance = _graph.Mean(_graph.Multiply(centred, centred));
        var normed = _graph.Multiply(centred, _graph.Unary(Kernels.InverseRoot, _graph.Add(variance, _graph.Number(norm.Epsilon))));
        normed = _graph.Multiply(normed, Weight(norm.Scale));
        return _graph.View(norm.Bias is { } bias ? _graph.Add(normed, Weight(bias)) : normed, x.Shape);
    }

    private PteTensor LowRank(MultiPerturbedLora lora, IReadOnlyList<PteTensor> x)
    {
        var (y, input, a, stack) = (x[0], x[1], x[2], x[3]);
        var copies = stack.Shape[0];
        var product = _graph.BatchMatMul(
            _graph.View(Down(input, a), copies, input.Shape[0] / copies, a.Shape[0]),
            _graph.Permute(stack, 0, 2, 1)
        );
        return _graph.Add(y, _graph.Scale(_graph.View(product, y.Shape), lora.Scale));
    }

    private PteTensor RowsOfAdapter(LoraRows lora, IReadOnlyList<PteTensor> x) =>
        _graph.Scale(_graph.MatMul(_graph.Permute(x[0], 1, 0), _graph.Rows(Down(x[1], x[2]), x[3])), lora.Scale);

    /// <summary>x A^T, computed once for all that read it.</summary>
    private PteTensor Down(PteTensor x, PteTensor a)
    {
        if (!_down.TryGetValue((x, a), out var inner))
        {
            inner = _graph.MatMul(x, _graph.Permute(a, 1, 0));
            _down.Add((x, a), inner);
        }

        return inner;
    }

    private PteTensor Activate(Checkpoints.Architecture.ActivationKind kind, PteTensor x) =>
        kind switch
        {
            Checkpoints.Architecture.ActivationKind.Silu => _graph.Multiply(x, _graph.Unary(Kernels.Sigmoid, x)),
            Checkpoints.Architecture.ActivationKind.Relu => _graph.Unary(Kernels.Relu, x),
            Checkpoints.Architecture.ActivationKind.Gelu => _graph.Gelu(x),
            _ => Half(
                x,
                _graph.Unary(
                    Kernels.Tanh,
                    _graph.Scale(_graph.Add(x, _graph.Scale(_graph.Multiply(_graph.Multiply(x, x), x), 0.044715)), Math.Sqrt(2 / Math.PI))
                )
            ),
        };

    private PteTensor Half(PteTensor x, PteTensor curve) => _graph.Multiply(_graph.Scale(x, 0.5), _graph.Add(curve, _graph.Number(1)));

    private PteTensor Repeat(PteTensor hidden, int rows)
    {
        var (examples, tokens, width) = (hidden.Shape[0], hidden.Shape[1], hidden.Shape[2]);
        var all = _graph.Expand(_graph.View(hidden, 1, examples, tokens, width), rows / examples, examples, tokens, width);
        return _graph.View(all, rows * tokens, width);
    }

    private PteTensor[] Columns(PteTensor x, IReadOnlyList<int> widths)
    {
        var start = 0;
        return [.. widths.Select(width => _graph.Slice(x, 1, start, start += width))];
    }

    private PteTensor[] Groups(SplitGroups split, PteTensor x)
    {
        var (rows, width, group) = (x.Shape[0], split.HeadDimension, split.Heads / split.KeyValueHeads);
        var all = _graph.View(x, rows, split.KeyValueHeads, (group + 2) * width);
        PteTensor Part(int start, int count) =>
            _graph.View(_graph.Slice(all, 2, start * width, (start + count) * width), rows, split.KeyValueHeads * count * width);
        return [Part(0, group), Part(group, 1), Part(group + 1, 1)];
    }

    private PteTensor[] Matrices(SplitMatrices split, PteTensor state)
    {
        var (start, axis) = (0, state.Shape.Count - 1);
        return
        [
            .. split.Matrices.Select(matrix =>
            {
                var part = _graph.Slice(state, axis, start, start += matrix.Rows * matrix.Columns);
                return axis == 0
                    ? _graph.View(part, matrix.Rows, matrix.Columns)
                    : _graph.View(part, state.Shape[0], matrix.Rows, matrix.Columns);
            }),
        ];
    }

    private PteTensor Candidates(CandidateLogits operation, IReadOnlyList<PteTensor> x)
    {
        var (rows, width, candidates) = (x[0].Shape[0], x[0].Shape[1], x[1].Shape[1]);
        var scores = _graph.View(
            _graph.BatchMatMul(_graph.Rows(Weight(operation.Head), x[1]), _graph.View(x[0], rows, width, 1)),
            rows,
            candidates
        );
        return operation.Bias is { } bias
            ? _graph.Add(scores, _graph.View(_graph.Rows(_weights.Constant(_graph, bias, bias.Shape[0], 1), x[1]), rows, candidates))
            : scores;
    }

    private PteTensor Choices(IReadOnlyList<PteTensor> x)
    {
        var (decisions, copies) = (x[0].Shape[0], x.Count > 2 ? x[2].Shape[0] : 1);
        var right = _graph.Gather(_graph.LogSoftmax(x[0]), _graph.View(x[1], decisions, 1));
        return _graph.View(_graph.Scale(_graph.Mean(_graph.View(right, copies, decisions / copies)), -1), copies);
    }

    private PteTensor Gradients(ProjectGradients operation, PteTensor losses, PteTensor epsilon)
    {
        var queries = operation.Queries;
        if (operation.Estimator == EstimatorKind.TwoSided)
        {
            var difference = _graph.Subtract(_graph.Slice(losses, 0, 0, queries), _graph.Slice(losses, 0, queries, 2 * queries));
            return _graph.Divide(difference, _graph.Scale(epsilon, 2));
        }

        var differences = _graph.Subtract(_graph.Slice(losses, 0, 1, 1 + queries), _graph.Slice(losses, 0, 0, 1));
        var centred = _graph.Subtract(differences, _graph.Mean(differences));
        var variance = _graph.Scale(_graph.Sum(_graph.Multiply(centred, centred)), 1.0 / (queries - 1));

        // Losses that do not differ have no direction: 0, not 0 / 0.
        var isFlat = _graph.Less(variance, _graph.Number(float.Epsilon));
        var inverse = _graph.Where(isFlat, _graph.Number(0), _graph.Unary(Kernels.InverseRoot, variance));
        return _graph.Multiply(differences, inverse);
    }

    /// <summary>Products are added in the order of the queries, so that every machine gets the same bits.</summary>
    private PteTensor Update(int queries, IReadOnlyList<PteTensor> x)
    {
        var (b, noise, gradients, rate) = (x[0], x[1], x[2], x[3]);
        PteTensor Product(int query) =>
            _graph.Multiply(_graph.View(_graph.Slice(noise, 0, query, query + 1), b.Shape), _graph.Slice(gradients, 0, query, query + 1));
        var sum = Product(0);
        for (var query = 1; query < queries; query++)
        {
            sum = _graph.Add(sum, Product(query));
        }

        return _graph.Subtract(b, _graph.Multiply(sum, _graph.Divide(rate, _graph.Number(queries))));
    }
}
