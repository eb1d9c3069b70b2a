namespace MobiZO.TrainBench.Profiling;

/// <summary>Time of a group of operators in one step.</summary>
/// <param name="Name">The group.</param>
/// <param name="Calls">Operators that ran in one step.</param>
/// <param name="Milliseconds">Their time in one step, the mean of the counted steps.</param>
/// <param name="Share">Share of the engine's time.</param>
internal sealed record ProfileShare(string Name, double Calls, double Milliseconds, double Share)
{
    /// <summary>Groups the operators of a trace, the slowest group first, and ends with what no operator accounts for.</summary>
    /// <param name="trace">The trace.</param>
    /// <param name="steps">Steps it holds.</param>
    /// <param name="group">The group of an operator.</param>
    public static IReadOnlyList<ProfileShare> Of(Trace trace, int steps, Func<TraceEvent, string> group)
    {
        ProfileShare Create(string name, double calls, double microseconds) =>
            new(name, calls / steps, microseconds / 1000 / steps, microseconds / trace.RunMicroseconds);
        var groups = trace
            .Events.GroupBy(group)
            .Select(events => Create(events.Key, events.Count(), events.Sum(item => item.Microseconds)))
            .OrderByDescending(share => share.Milliseconds);
        return [.. groups, Create("between operators", 0, trace.RunMicroseconds - trace.Events.Sum(item => item.Microseconds))];
    }
}
