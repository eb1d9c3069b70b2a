using System.Globalization;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// What the runtime takes for granted of a program whose offsets are sound: numbers that name something name something that is there, and
/// data lies within its segment. Slots are those of ExecuTorch's <c>program.fbs</c>.
/// </summary>
internal sealed class ProgramRules
{
    private const int KernelCall = 1;
    private const int DelegateCall = 2;
    private const int MoveCall = 3;
    private const int JumpFalseCall = 4;
    private const byte InSegment = 1;
    private const byte Outside = 1;

    private readonly (long Offset, long Size)[] _segments;
    private readonly long[] _constants;
    private readonly long _constantBytes;
    private readonly long[] _states;
    private readonly long _stateBytes;
    private readonly bool _hasInlineConstants;
    private readonly int _inlineDelegates;

    private ProgramRules(FlatView program, long dataBytes)
    {
        _segments = [.. program.Tables(4).Select(segment => (segment.Long(0), segment.Long(1)))];
        foreach (var (index, (offset, size)) in _segments.Index())
        {
            Require(
                offset >= 0 && size >= 0 && offset <= dataBytes && size <= dataBytes - offset,
                $"segment {index} ({size} bytes from {offset}) lies outside the {dataBytes} bytes of data"
            );
        }

        _hasInlineConstants = program.Tables(2).Count > 0;
        _inlineDelegates = program.Tables(3).Count;
        (_constants, _constantBytes) = Subsegments(program.Table(5), "constant_segment");
        (_states, _stateBytes) = Subsegments(program.Tables(6) is [var first, ..] ? first : null, "mutable_data_segments[0]");
        var named = program.Tables(7);
        foreach (var data in named)
        {
            Require(data.UInt(1) < _segments.Length, $"named_data '{data.Text(0)}' is in segment {data.UInt(1)} of {_segments.Length}");
        }

        RequireDistinct(named.Select(data => data.Text(0)), "data named");
    }

    /// <summary>Checks a program.</summary>
    /// <param name="program">The flatbuffer.</param>
    /// <param name="dataBytes">Bytes of the file behind the segment base.</param>
    /// <exception cref="InvalidDataException">The message says what is broken.</exception>
    public static void Check(ReadOnlyMemory<byte> program, long dataBytes)
    {
        var root = FlatView.RootOf(program);
        var rules = new ProgramRules(root, dataBytes);
        var plans = root.Tables(1);
        Require(plans.Count > 0, $"it has no method");
        RequireDistinct(plans.Select(plan => plan.Text(0)), "methods named");
        foreach (var plan in plans)
        {
            rules.CheckPlan(plan, $"method '{plan.Text(0)}'");
        }
    }

    private void CheckPlan(FlatView plan, string name)
    {
        var (values, buffers) = (plan.Tables(2), plan.Longs(8));
        var (operators, delegates) = (plan.Tables(6), plan.Tables(7));
        foreach (var (index, value) in values.Index())
        {
            CheckValue(value, values, buffers, $"value {index} of {name}");
        }

        foreach (var place in plan.Ints(3).Concat(plan.Ints(4)))
        {
            RequirePlace(place, values.Count, $"an input or output of {name}");
        }

        foreach (var (index, called) in delegates.Index())
        {
            var data = called.Table(1)!.Value;
            var most = data.Byte(0) == InSegment ? _segments.Length : _inlineDelegates;
            Require(data.UInt(1) < most, $"delegate {index} of {name} has its data in place {data.UInt(1)} of {most}");
        }

        foreach (var instruction in plan.Tables(5).SelectMany(chain => chain.Tables(2)))
        {
            CheckInstruction(instruction, values.Count, operators.Count, delegates.Count, name);
        }
    }

    private static void CheckInstruction(FlatView instruction, int values, int operators, int delegates, string name)
    {
        var (kind, call) = (instruction.Byte(0), instruction.Table(1));
        switch (kind)
        {
            case KernelCall or DelegateCall:
                var (number, most) = (call!.Value.Int(0), kind == KernelCall ? operators : delegates);
                var what = kind == KernelCall ? "kernel" : "delegate";
                Require(number >= 0 && number < most, $"{name} calls {what} {number} of {most}");
                foreach (var place in call.Value.Ints(1))
                {
                    RequirePlace(place, values, $"an argument in {name}");
                }

                break;
            case MoveCall:
                RequirePlace(call!.Value.Int(0), values, $"a move in {name}");
                RequirePlace(call.Value.Int(1), values, $"a move in {name}");
                break;
            case JumpFalseCall:
                RequirePlace(call!.Value.Int(0), values, $"a jump in {name}");
                break;
        }
    }

    private void CheckValue(FlatView value, IReadOnlyList<FlatView> values, long[] buffers, string name)
    {
        const int Tensor = 5;
        const int IntList = 7;
        const int TensorList = 10;
        const int OptionalTensorList = 11;
        switch (value.Byte(0))
        {
            case Tensor:
                CheckTensor(value.Table(1)!.Value, buffers, name);
                break;
            case IntList:
                foreach (var place in value.Table(1)!.Value.Longs(0))
                {
                    RequirePlace(place, values.Count, $"an entry of {name}");
                }

                break;
            case TensorList:
                foreach (var place in value.Table(1)!.Value.Ints(0))
                {
                    RequirePlace(place, values.Count, $"an entry of {name}");
                    Require(values[place].Byte(0) == Tensor, $"an entry of {name} is no tensor");
                }

                break;
            case OptionalTensorList:
                foreach (var place in value.Table(1)!.Value.Ints(0).Where(place => place != -1))
                {
                    RequirePlace(place, values.Count, $"an entry of {name}");
                }

                break;
        }
    }

    private void CheckTensor(FlatView tensor, long[] buffers, string name)
    {
        var (sizes, order) = (tensor.Ints(2), tensor.Bytes(3));
        Require(tensor.Int(1) == 0, $"{name} begins {tensor.Int(1)} elements behind its data");
        Require(Array.TrueForAll(sizes, size => size >= 0), $"{name} has a negative size");
        Require(
            order.Length == sizes.Length && order.Order().Select((axis, index) => axis == index).All(isRight => isRight),
            $"the order of the {sizes.Length} axes of {name} is no order of them"
        );
        if (BytesOf(tensor.Byte(0)) is not { } element)
        {
            return;
        }

        var bytes = sizes.Aggregate((Int128)element, (product, size) => product * size);
        var data = tensor.UInt(5);
        var isOutside = tensor.Table(9)?.Byte(2) == Outside;
        if (tensor.Table(6) is { } place)
        {
            var (buffer, start) = (place.UInt(0), place.UInt(1) + ((Int128)place.UInt(2) << 32));
            Require(buffer < buffers.Length, $"{name} is planned in memory {buffer} of {buffers.Length}");
            Require(
                start + bytes <= buffers[buffer],
                $"{name} ({bytes} bytes from {start}) lies outside its {buffers[buffer]} planned bytes"
            );
            RequireData(data > 0 && !isOutside, data, bytes, _states, _stateBytes, $"the first values of {name}");
        }
        else
        {
            RequireData(data > 0 && !isOutside && !_hasInlineConstants, data, bytes, _constants, _constantBytes, $"the data of {name}");
        }
    }

    private static void RequireData(bool isStored, uint number, Int128 bytes, long[] offsets, long segment, string name)
    {
        if (isStored)
        {
            Require(number < offsets.Length, $"{name} is entry {number} of {offsets.Length}");
            Require(offsets[number] + bytes <= segment, $"{name} ({bytes} bytes from {offsets[number]}) ends behind its segment");
        }
    }

    private (long[] Offsets, long Bytes) Subsegments(FlatView? table, string name)
    {
        if (table is not { } found || found.Longs(1) is not { Length: > 0 } offsets)
        {
            return ([], 0);
        }

        // Without an entry but the one that nothing uses, the runtime does not look for the segment.
        if (offsets.Length == 1)
        {
            return (offsets, 0);
        }

        Require(found.UInt(0) < _segments.Length, $"{name} is segment {found.UInt(0)} of {_segments.Length}");
        var size = _segments[found.UInt(0)].Size;
        Require(Array.TrueForAll(offsets, offset => offset >= 0 && offset <= size), $"{name} has an entry outside its {size} bytes");
        return (offsets, size);
    }

    /// <summary>Bytes of an element of a scalar type; null: one that programs of ours never have.</summary>
    private static int? BytesOf(byte type) =>
        type switch
        {
            0 or 1 or 11 => 1,
            2 or 5 or 15 => 2,
            3 or 6 => 4,
            4 or 7 => 8,
            _ => null,
        };

    private static void RequireDistinct(IEnumerable<string> names, string what)
    {
        if (
            names.CountBy(name => name, StringComparer.Ordinal).FirstOrDefault(pair => pair.Value > 1) is
            { Key: { } twice, Value: var count }
        )
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"it has {count} {what} '{twice}'"));
        }
    }

    private static void RequirePlace(long place, int values, string what) =>
        Require(place >= 0 && place < values, $"{what} is value {place} of {values}");

    private static void Require(bool holds, FormattableString fault)
    {
        if (!holds)
        {
            throw new InvalidDataException(FormattableString.Invariant(fault));
        }
    }
}
