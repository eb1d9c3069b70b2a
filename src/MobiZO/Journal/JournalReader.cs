using MobiZO.Checkpoints.Json;
using MobiZO.Optimization;

namespace MobiZO.Journal;

/// <summary>Reads the lines of a journal one after another and checks that they follow each other.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class JournalReader(string path)
{
    private CopyPlan? _plan;
    private long _lines;
    private long _steps;

    /// <summary>The first line; null before it was read.</summary>
    public JournalHeader? Header { get; private set; }

    /// <summary>Reads the next line, without its line end; null when it was the header.</summary>
    /// <exception cref="JournalException">The line is broken, out of turn or does not fit the run.</exception>
    public JournalEntry? Read(ReadOnlyMemory<byte> line)
    {
        var place = FormattableString.Invariant($"{path}, line {++_lines}");
        if (_plan is null)
        {
            Header = JournalFormat.ReadHeader(JsonBytes.WithoutMark(line), place);
            _plan = Header.Optimizer.Plan;
            return null;
        }

        return JournalFormat.ReadEntry(line, place, _steps++, _plan);
    }
}
