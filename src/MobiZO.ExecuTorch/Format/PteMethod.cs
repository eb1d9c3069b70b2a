namespace MobiZO.ExecuTorch.Format;

/// <summary>One method of a file: its values, and what is called in which order.</summary>
/// <param name="name">Its name.</param>
internal sealed class PteMethod(string name)
{
    private readonly Dictionary<PteValue, int> _known = [];

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>All values.</summary>
    public List<PteValue> Values { get; } = [];

    /// <summary>What is called, in order.</summary>
    public List<PteInstruction> Instructions { get; } = [];

    /// <summary>Kernels by name and overload.</summary>
    public List<(string Name, string Overload)> Operators { get; } = [];

    /// <summary>Delegates: the backend, and the number of its payload in the file.</summary>
    public List<(string Backend, int Payload)> Delegates { get; } = [];

    /// <summary>What the caller gives, in order.</summary>
    public List<PteTensor> Inputs { get; } = [];

    /// <summary>What the caller gets, in order.</summary>
    public List<PteTensor> Outputs { get; } = [];

    /// <summary>Bytes of planned memory.</summary>
    public long ArenaBytes { get; set; }

    /// <summary>The tensors in the order of their places.</summary>
    public IEnumerable<PteTensor> Tensors => Values.OfType<PteValue.Tensor>().Select(value => value.Of);

    /// <summary>The place of a value; equal numbers share one.</summary>
    public int PlaceOf(PteValue value)
    {
        if (value is PteValue.Tensor { Of: var tensor })
        {
            if (tensor.Place < 0)
            {
                tensor.Place = Values.Count;
                Values.Add(value);
            }

            return tensor.Place;
        }

        if (value is PteValue.IntList or PteValue.TensorList)
        {
            Values.Add(value);
            return Values.Count - 1;
        }

        if (!_known.TryGetValue(value, out var place))
        {
            place = Values.Count;
            Values.Add(value);
            _known.Add(value, place);
        }

        return place;
    }

    /// <summary>The tensors of a value: itself, or those of a list.</summary>
    public IEnumerable<PteTensor> TensorsAt(int place) =>
        Values[place] switch
        {
            PteValue.Tensor tensor => [tensor.Of],
            PteValue.TensorList list => list.Places.SelectMany(TensorsAt),
            _ => [],
        };

    /// <summary>The whole number of a value.</summary>
    public int NumberAt(int place) => checked((int)((PteValue.Int)Values[place]).Number);

    /// <summary>The whole numbers of a list.</summary>
    public int[] NumbersAt(int place) => [.. ((PteValue.IntList)Values[place]).Places.Select(NumberAt)];

    /// <summary>A method with other instructions, and with the values that they name; this one must not be used afterwards.</summary>
    public PteMethod With(IReadOnlyList<PteInstruction> instructions)
    {
        foreach (var tensor in Tensors)
        {
            tensor.Place = -1;
        }

        var method = new PteMethod(Name);
        method.Inputs.AddRange(Inputs);
        method.Outputs.AddRange(Outputs);
        method.Delegates.AddRange(Delegates);
        foreach (var tensor in Inputs)
        {
            method.PlaceOf(new PteValue.Tensor(tensor));
        }

        int Move(int place) =>
            method.PlaceOf(
                Values[place] switch
                {
                    PteValue.IntList list => new PteValue.IntList([.. list.Places.Select(Move)]),
                    PteValue.TensorList list => new PteValue.TensorList([.. list.Places.Select(Move)]),
                    var value => value,
                }
            );
        foreach (var call in instructions)
        {
            var number = call.Operator < 0 ? -1 : method.OperatorOf(Operators[call.Operator].Name, Operators[call.Operator].Overload);
            method.Instructions.Add(call with { Operator = number, Arguments = [.. call.Arguments.Select(Move)] });
        }

        return method;
    }

    /// <summary>The number of an operator.</summary>
    public int OperatorOf(string operation, string overload)
    {
        var index = Operators.IndexOf((operation, overload));
        if (index < 0)
        {
            index = Operators.Count;
            Operators.Add((operation, overload));
        }

        return index;
    }
}
