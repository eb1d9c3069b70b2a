using System.Numerics;
using MobiZO.Checkpoints;
using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Reference;

/// <summary>
/// The managed interpreter: slow and obvious, the oracle of every engine test. <typeparamref name="T"/> is <see cref="float"/> or
/// <see cref="double"/>; weights are held as T, so it is meant for small models.
/// </summary>
/// <typeparam name="T">The type that everything is computed in.</typeparam>
/// <param name="format">Matrices are rounded as in this format before they are read.</param>
public sealed class ReferenceEngine<T>(WeightFormat format = WeightFormat.Float32) : IEngine
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public string Name => $"managed reference interpreter ({typeof(T).Name}){(format == WeightFormat.Float32 ? "" : $", {WeightFormats.NameOf(format)} weights")}";

    /// <inheritdoc/>
    public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne) => new ReferenceSession<T>(program, QuantizedWeights.In(format, weights));

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
