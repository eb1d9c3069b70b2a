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
    public string Name =>
        $"managed reference interpreter "
        + $"({typeof(T).Name}){(format == WeightFormat.Float32 ? "" : $", {WeightFormats.NameOf(format)} weights")}";

    /// <inheritdoc/>
    public EngineTraits Traits { get; } =
        new()
        {
            AreRowsIndependent = true,
            AreCopiesIndependent = true,
            Numerics = typeof(T).Name,
        };

    /// <inheritdoc/>
    public IProgramSession Load(Program program, IWeightSource weights, RunStyle style = RunStyle.OneByOne, Extents? extents = null) =>
        new ReferenceSession<T>(program, QuantizedWeights.In(format, weights), extents ?? Extents.Any);

    /// <inheritdoc/>
    public EngineMemory MemoryOf(IWeightSource weights)
    {
        ArgumentNullException.ThrowIfNull(weights);

        // Every weight is held as T, whatever the format. Counted as mapped: nothing is repacked.
        return new EngineMemory(
            weights.Names.Sum(name =>
                weights
                    .FindShape(name)!
                    .Aggregate((long)System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), (bytes, extent) => bytes * extent)
            ),
            0
        );
    }

    /// <inheritdoc/>
    public void Dispose() { }
}
