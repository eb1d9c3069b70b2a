using MobiZO.Training;

namespace MobiZO.Cli.Reporting;

/// <summary>Shows a run while it goes on.</summary>
internal interface IRunDisplay
{
    /// <summary>Does the work and shows what it tells.</summary>
    Task<T> ShowAsync<T>(Func<IProgress<TrainingEvent>, Task<T>> work);
}
