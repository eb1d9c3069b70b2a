using MobiZO.Checkpoints.Storage;

namespace MobiZO.Models;

/// <summary>What there is for the weights of a model.</summary>
/// <param name="Memory">Bytes of memory that the process may use, limits of containers included.</param>
/// <param name="Disk">Bytes free where converted weights are written; null: the system does not say.</param>
internal sealed record WeightsRoom(long Memory, long? Disk)
{
    /// <summary>The room of this machine.</summary>
    /// <param name="cacheFolder">Where converted weights are written.</param>
    public static WeightsRoom Of(string cacheFolder) => new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, DiskSpace.Free(cacheFolder));
}
