using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;

namespace MobiZO.Scoring;

/// <summary>
/// Keys and values of rows that grow at their own lengths, in memory of one size: a run reads it where it lies, and what is new is written
/// behind each row. Nothing moves, and the next rows take over the memory.
/// </summary>
internal sealed class RowKeyValues
{
    private readonly Dictionary<string, float[]> _memory = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HostTensor> _planes = new(StringComparer.Ordinal);
    private int _capacity;

    /// <summary>Tokens of every row so far.</summary>
    public int[] Lengths { get; private set; } = [];

    /// <summary>
    /// Begins anew with the cached prompts [E, heads, T, d] of examples that the rows repeat; row n belongs to example n mod E.
    /// </summary>
    /// <param name="rows">N.</param>
    /// <param name="capacity">Tokens that a row has room for.</param>
    /// <param name="prompts">Inputs of a program: <c>past.*</c> with their lengths; other inputs are left alone. Without any the rows are
    /// empty.</param>
    public void Start(int rows, int capacity, IReadOnlyDictionary<string, HostTensor> prompts)
    {
        _planes.Clear();
        (_capacity, Lengths) = (capacity, new int[rows]);
        if (!prompts.TryGetValue(ProgramNames.PastLengths, out var lengths))
        {
            return;
        }

        for (var row = 0; row < Lengths.Length; row++)
        {
            Lengths[row] = (int)lengths.Longs[row % lengths.Count];
        }

        foreach (var (name, past) in prompts.Where(input => IsPast(input.Key)))
        {
            var (heads, tokens, width) = (past.Shape[1], past.Shape[2], past.Shape[3]);
            var plane = Plane(name, heads, width).Span;
            var values = past.FloatMemory.Span;
            for (var row = 0; row < Lengths.Length; row++)
            {
                for (var head = 0; head < heads; head++)
                {
                    values
                        .Slice(((row % lengths.Count * heads) + head) * tokens * width, Lengths[row] * width)
                        .CopyTo(plane[(((row * heads) + head) * _capacity * width)..]);
                }
            }
        }
    }

    /// <summary>Writes new keys or values [N, heads, S, d] behind the rows; the lengths stay until <see cref="Grow"/>.</summary>
    /// <param name="output">Name of the output, <c>present.*</c>.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="values">Its values.</param>
    /// <param name="counts">How many of the S tokens count in each row.</param>
    public void Append(string output, IReadOnlyList<int> shape, ReadOnlySpan<float> values, ReadOnlySpan<int> counts)
    {
        var (heads, tokens, width) = (shape[1], shape[2], shape[3]);
        var plane = Plane(PastOf(output), heads, width).Span;
        for (var row = 0; row < Lengths.Length; row++)
        {
            for (var head = 0; head < heads; head++)
            {
                var place = (((row * heads) + head) * _capacity) + Lengths[row];
                values.Slice(((row * heads) + head) * tokens * width, counts[row] * width).CopyTo(plane[(place * width)..]);
            }
        }
    }

    /// <summary>Counts what was appended.</summary>
    public void Grow(ReadOnlySpan<int> counts)
    {
        for (var row = 0; row < Lengths.Length; row++)
        {
            Lengths[row] += counts[row];
        }
    }

    /// <summary>Adds the rows to the inputs of a program: [N, heads, capacity, d] a plane, and their lengths.</summary>
    public void AddTo(IDictionary<string, HostTensor> inputs)
    {
        foreach (var (name, plane) in _planes)
        {
            inputs[name] = plane;
        }

        inputs[ProgramNames.PastLengths] = HostTensor.Of([.. Lengths.Select(length => (long)length)], Lengths.Length);
    }

    /// <summary>Whether an output holds keys or values.</summary>
    public static bool IsPresent(string output) => output.StartsWith("present.", StringComparison.Ordinal);

    private static bool IsPast(string input) => input.StartsWith("past.", StringComparison.Ordinal);

    private static string PastOf(string present) => string.Concat("past.", present.AsSpan("present.".Length));

    private Memory<float> Plane(string name, int heads, int width)
    {
        if (_planes.TryGetValue(name, out var plane))
        {
            return plane.FloatMemory;
        }

        var count = checked(Lengths.Length * heads * _capacity * width);
        if (!_memory.TryGetValue(name, out var memory) || memory.Length < count)
        {
            _memory[name] = memory = new float[count];
        }

        // What lies beyond a row's length weighs nothing, but nothing times a number that is none is none.
        memory.AsSpan(0, count).Clear();
        plane = HostTensor.Of(memory.AsMemory(0, count), Lengths.Length, heads, _capacity, width);
        _planes.Add(name, plane);
        return plane.FloatMemory;
    }
}
