using System.Diagnostics;
using MobiZO.TrainBench.Steps;

namespace MobiZO.TrainBench.Race;

/// <summary>Runs one method to the goal in this process. The process is meant to do nothing else.</summary>
internal static class RaceRun
{
    public static async Task<RaceResult> RunAsync(RaceSettings settings)
    {
        var method = RaceMethod.Find(settings.Method);
        var run = settings.Task.CreateRun(settings.Model, settings.DataRoot, Path.Combine(settings.WorkFolder, "run"), settings.Seed);
        run = method.Apply(run, settings) with { EvalEvery = settings.EvalEvery, Anchors = false };
        run = run with
        {
            Engine = run.Engine with { CacheFolder = Path.Combine(settings.WorkFolder, "cache"), Threads = settings.Threads },
        };

        using var process = Process.GetCurrentProcess();
        var (started, watch) = ((DateTime.Now - process.StartTime).TotalSeconds, Stopwatch.StartNew());
        double Clock() => started + watch.Elapsed.TotalSeconds;
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(Math.Max(0, settings.LimitSeconds - started)));
        var observer = new RaceObserver(settings, Clock, stop.Cancel);
        try
        {
            var tuner = new FineTuner(run, objective => method.IsSequential ? new CopyByCopy(objective) : objective);
            var result = await tuner.TrainAsync(observer, stop.Token);
            return observer.Finish(result.End == RunEnd.Cancelled ? Limit(settings) : $"all {result.Steps} steps were taken");
        }
        catch (OperationCanceledException)
        {
            return observer.Finish(Limit(settings) + " before the first step");
        }
        catch (FineTuneException exception) when (exception.Failure == FineTuneFailure.Training)
        {
            return observer.Finish(exception.Message);
        }
    }

    private static string Limit(RaceSettings settings) => FormattableString.Invariant($"stopped at the limit of {settings.LimitSeconds} s");
}
