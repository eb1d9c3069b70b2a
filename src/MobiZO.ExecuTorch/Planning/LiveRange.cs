using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Planning;

/// <summary>The instructions between which a tensor must keep its bytes.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="First">The first instruction that names it.</param>
/// <param name="Last">The last one; outputs and states live to the end.</param>
internal sealed record LiveRange(PteTensor Tensor, int First, int Last)
{
    /// <summary>The ranges of all tensors that an instruction names.</summary>
    public static IReadOnlyList<LiveRange> Of(PteMethod method)
    {
        var first = new Dictionary<PteTensor, int>();
        var last = new Dictionary<PteTensor, int>();
        for (var index = 0; index < method.Instructions.Count; index++)
        {
            foreach (var tensor in method.Instructions[index].Arguments.SelectMany(method.TensorsAt))
            {
                first.TryAdd(tensor, tensor.Kind == PteTensorKind.State ? 0 : index);
                last[tensor] = index;
            }
        }

        foreach (var tensor in method.Outputs.Concat(method.Tensors.Where(tensor => tensor.Kind == PteTensorKind.State)))
        {
            first.TryAdd(tensor, 0);
            last[tensor] = int.MaxValue;
        }

        return [.. first.Select(pair => new LiveRange(pair.Key, pair.Value, last[pair.Key]))];
    }

    /// <summary>Whether both must keep their bytes at some time.</summary>
    public bool Overlaps(LiveRange other) => First <= other.Last && other.First <= Last;
}
