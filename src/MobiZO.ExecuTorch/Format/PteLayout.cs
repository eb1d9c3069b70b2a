namespace MobiZO.ExecuTorch.Format;

/// <summary>
/// Where the data of a file lies behind its flatbuffer: the segments by number, and the pieces in the order in which they are written.
/// </summary>
internal sealed class PteLayout
{
    private const int SegmentAlignment = 4096;
    private const int DataAlignment = 64;

    private readonly List<(long Offset, long Size)> _segments = [];
    private readonly List<(long Offset, PteConstant Data)> _pieces = [];
    private readonly List<(string Key, int Segment)> _named = [];

    /// <param name="file">The file.</param>
    /// <param name="withNamed">Whether named data is in the file.</param>
    public PteLayout(PteFile file, bool withNamed)
    {
        if (file.Target.HasNamedData)
        {
            (Constants, States) = AddShared(file, withNamed ? [.. file.Named] : []);
        }
        else
        {
            (Constants, States) = AddInline(file);
        }
    }

    /// <summary>Offset and size of every segment, in bytes from where data begins.</summary>
    public IReadOnlyList<(long Offset, long Size)> Segments => _segments;

    /// <summary>What is written where, from the first byte on; bytes between the pieces are zero.</summary>
    public IReadOnlyList<(long Offset, PteConstant Data)> Pieces => _pieces;

    /// <summary>Named data and the segment of each.</summary>
    public IReadOnlyList<(string Key, int Segment)> Named => _named;

    /// <summary>Offsets of the constants in segment 0; entry 0 is unused.</summary>
    public long[] Constants { get; }

    /// <summary>Offsets of the first values of states in their segment; entry 0 is unused.</summary>
    public long[] States { get; }

    /// <summary>Number of the segment of the first values of states.</summary>
    public int StateSegment { get; private set; }

    /// <summary>Number of the first payload's segment.</summary>
    public int FirstPayload { get; private set; }

    /// <summary>Bytes of all data.</summary>
    public long Size { get; private set; }

    /// <summary>Constants, parts of them that have names too, first values of states, named data, payloads.</summary>
    private (long[] Constants, long[] States) AddShared(PteFile file, KeyValuePair<string, PteConstant>[] named)
    {
        var constants = AddTogether(file.Constants);
        foreach (var (key, number) in file.Aliases)
        {
            _named.Add((key, _segments.Count));
            _segments.Add((constants[number], file.Constants[number - 1].Bytes));
        }

        StateSegment = _segments.Count;
        var states = AddTogether(file.States);
        foreach (var (key, data) in named)
        {
            _named.Add((key, _segments.Count));
            AddTogether([data]);
        }

        FirstPayload = _segments.Count;
        foreach (var payload in file.Payloads)
        {
            AddTogether([PteConstant.Of(payload.Bytes)]);
        }

        return (constants, states);
    }

    /// <summary>
    /// Payloads, first values of states, then constants and behind them what delegates alone read. The segment of a payload that reads some
    /// goes on to the end of them: segments overlap, and no byte lies in the file twice.
    /// </summary>
    private (long[] Constants, long[] States) AddInline(PteFile file)
    {
        (StateSegment, FirstPayload) = (1, 2);
        var (all, size) = Layout([.. file.Constants, .. file.Named.Values]);
        var starts = new long[file.Payloads.Count];
        foreach (var (index, payload) in file.Payloads.Index())
        {
            starts[index] = Align(Size, SegmentAlignment);
            Size = starts[index] + payload.Bytes.Length;
        }

        var (states, stateBytes) = Layout(file.States);
        var stateStart = Align(Size, SegmentAlignment);
        var start = Align(stateStart + stateBytes, SegmentAlignment);
        Size = start + size;
        var places = file.Aliases.ToDictionary(pair => pair.Key, pair => all[pair.Value], StringComparer.Ordinal);
        foreach (var (index, (key, _)) in file.Named.Index())
        {
            places.Add(key, all[file.Constants.Count + 1 + index]);
        }

        foreach (var (payload, from) in file.Payloads.Zip(starts))
        {
            _pieces.Add((from, PteConstant.Of(payload.With(start - from, size, name => places[name]))));
        }

        AddPieces(stateStart, file.States, states);
        AddPieces(start, [.. file.Constants, .. file.Named.Values], all);
        _segments.Add((start, file.Constants.Count > 0 ? all[file.Constants.Count] + file.Constants[^1].Bytes : 0));
        _segments.Add((stateStart, stateBytes));
        _segments.AddRange(
            file.Payloads.Zip(starts, (payload, from) => (from, payload.Reads.Count > 0 ? Size - from : payload.Bytes.Length))
        );
        return (all[..(file.Constants.Count + 1)], states);
    }

    /// <summary>Adds a segment of some data and gives the offsets in it, entry 0 unused.</summary>
    private long[] AddTogether(IReadOnlyList<PteConstant> data)
    {
        var (offsets, size) = Layout(data);
        var start = Align(Size, SegmentAlignment);
        _segments.Add((start, size));
        AddPieces(start, data, offsets);
        Size = start + size;
        return offsets;
    }

    private void AddPieces(long start, IReadOnlyList<PteConstant> data, long[] offsets) =>
        _pieces.AddRange(data.Select((piece, index) => (start + offsets[index + 1], piece)));

    private static (long[] Offsets, long Size) Layout(IReadOnlyList<PteConstant> data)
    {
        var offsets = new long[data.Count + 1];
        long size = 0;
        for (var i = 0; i < data.Count; i++)
        {
            size = Align(size, DataAlignment);
            offsets[i + 1] = size;
            size += data[i].Bytes;
        }

        return (offsets, size);
    }

    private static long Align(long place, long alignment) => (place + alignment - 1) / alignment * alignment;
}
