using System.Diagnostics;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.TrainBench.Steps;

/// <summary>A session that keeps the time and the extents of its runs.</summary>
/// <param name="inner">The session.</param>
/// <param name="bytesPerWeight">Bytes that a run reads for one weight of a linear layer.</param>
internal sealed class MeteredSession(IProgramSession inner, double bytesPerWeight) : IProgramSession
{
    private readonly List<IReadOnlyDictionary<string, long>> _runs = [];
    private TimeSpan _time;

    public Program Program => inner.Program;

    /// <summary>Runs since the last <see cref="Take"/>.</summary>
    public int RunCount => _runs.Count;

    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        var start = Stopwatch.GetTimestamp();
        var outputs = inner.Run(inputs);
        _time += Stopwatch.GetElapsedTime(start);
        _runs.Add(Program.BindSymbols(inputs));
        return outputs;
    }

    /// <summary>Time, number and cost of the runs since the last call.</summary>
    public (TimeSpan Time, int Runs, ProgramCost Cost) Take()
    {
        var taken = (
            _time,
            _runs.Count,
            _runs.Aggregate(ProgramCost.Zero, (cost, run) => cost + ProgramCost.Of(Program, run, bytesPerWeight))
        );
        _time = TimeSpan.Zero;
        _runs.Clear();
        return taken;
    }

    public void Dispose() => inner.Dispose();
}
