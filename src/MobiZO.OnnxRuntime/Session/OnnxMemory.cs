using MobiZO.Checkpoints;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>What ONNX Runtime holds of the weights.</summary>
internal static class OnnxMemory
{
    /// <summary>
    /// Bytes of the weight file, and of what the runtime repacks of it: fp32 matrices, 4-bit codes and offsets. Codes of 8 bits and of
    /// NormalFloat, and scales, stay as they are.
    /// </summary>
    /// <param name="weights">The checkpoint in its format.</param>
    /// <param name="isPacked">Whether anything is repacked.</param>
    public static EngineMemory Of(IWeightSource weights, bool isPacked)
    {
        var (mapped, packed) = (0L, 0L);
        foreach (var name in weights.Names)
        {
            var count = WeightLayout.CountOf(weights, name);
            if ((weights as QuantizedWeights)?.FindBlocks(name) is { } form)
            {
                var (codes, numbers) = (count * form.Bits / 8, count / form.Size * sizeof(float));
                mapped += codes + numbers + (form.HasOffsets ? numbers : 0);
                packed += (form is { Bits: 4, IsNormalFloat: false } ? codes : 0) + (form.HasOffsets ? numbers : 0);
            }
            else
            {
                mapped += count * sizeof(float);
                packed += count * sizeof(float);
            }
        }

        return new EngineMemory(mapped, isPacked ? packed : 0);
    }
}
