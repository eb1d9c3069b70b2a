using MobiZO.ExecuTorch.Format;
using MobiZO.Programs.Building;

namespace MobiZO.ExecuTorch.Lowering;

/// <summary>Where a method finds the weights of the checkpoint.</summary>
internal interface IFrozenTensors
{
    /// <summary>A weight that kernels read.</summary>
    /// <param name="graph">The method.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="shape">Its extents; empty: those of the weight.</param>
    PteTensor Constant(PteGraph graph, Weight weight, params IReadOnlyList<int> shape);

    /// <summary>A matrix or bias that a delegate packs when the method is loaded.</summary>
    /// <param name="graph">The method.</param>
    /// <param name="weight">The weight.</param>
    PteTensor Named(PteGraph graph, Weight weight);
}
