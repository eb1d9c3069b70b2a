using MobiZO.Programs.Engines;

namespace MobiZO.Training;

/// <summary>The loaded programs of a step. Lazy ones are loaded when a step first needs them.</summary>
/// <param name="Losses">The losses alone: the host updates, or the copies do not fit into one engine run.</param>
/// <param name="LossesAndUpdate">Losses and update in one run; null when the host updates.</param>
/// <param name="Update">The update alone, after losses that took several runs; null when the host updates.</param>
internal sealed record StepPrograms(Lazy<IProgramSession> Losses, IProgramSession? LossesAndUpdate = null, Lazy<IProgramSession>? Update = null)
{
    /// <summary>The programs when the host updates.</summary>
    public static StepPrograms ForHost(IProgramSession losses) => new(new Lazy<IProgramSession>(losses));
}
