using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.Programs.Engines;

namespace MobiZO.ExecuTorch;

/// <summary>What ExecuTorch holds of the weights.</summary>
internal static class ExecuTorchMemory
{
    /// <summary>
    /// Bytes of the weight file, which is fp32 whatever the format, and of what lies beside it: XNNPACK's copy of the matrices that
    /// delegates multiply, and for bytes their codes and scales too. Tables and norms are read where the file has them.
    /// </summary>
    /// <param name="weights">The checkpoint.</param>
    /// <param name="isBytes">Whether the matrices of delegates are held as bytes.</param>
    public static EngineMemory Of(IWeightSource weights, bool isBytes)
    {
        var (mapped, packed) = (0L, 0L);
        var isTied = !weights.Names.Any(name => weights.FindRole(name) == TensorRole.Head);
        foreach (var name in weights.Names)
        {
            var (count, role) = (WeightLayout.CountOf(weights, name), weights.FindRole(name));
            mapped += count * sizeof(float);
            packed += role switch
            {
                TensorRole.Norm or TensorRole.Positions => 0,
                TensorRole.Embedding when !isTied => 0,
                TensorRole.Bias => isBytes ? 0 : count * sizeof(float),
                _ when isBytes => 2 * (count + ((long)weights.FindShape(name)![0] * sizeof(float))),
                _ => count * sizeof(float),
            };
        }

        return new EngineMemory(mapped, packed);
    }
}
