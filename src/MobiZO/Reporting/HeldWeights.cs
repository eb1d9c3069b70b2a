using MobiZO.Checkpoints;
using MobiZO.Models;

namespace MobiZO.Reporting;

/// <summary>How an engine holds the tensors of a model in a weight format.</summary>
public static class HeldWeights
{
    private const string Float = "fp32";

    /// <summary>
    /// Forms with their tensors and bytes, codes of the fewest bits first: e.g. <c>4-bit codes with offsets, blocks of 32</c>.
    /// </summary>
    /// <param name="model">The base model.</param>
    /// <param name="format">The format.</param>
    public static IReadOnlyList<StoredTypeShare> Of(LocalModel model, WeightFormat format)
    {
        ArgumentNullException.ThrowIfNull(model);
        var source = QuantizedWeights.In(format, model.Checkpoint);
        return
        [
            .. source
                .Names.GroupBy(name => (source as QuantizedWeights)?.FindBlocks(name))
                .OrderBy(group => group.Key?.Bits ?? int.MaxValue)
                .ThenBy(group => group.Key?.Size)
                .ThenBy(group => group.Key?.HasOffsets)
                .Select(group => new StoredTypeShare(
                    NameOf(group.Key),
                    group.Count(),
                    group.Sum(name => BytesOf(source.FindShape(name)!.Aggregate(1L, (product, extent) => product * extent), group.Key))
                )),
        ];
    }

    private static string NameOf(BlockLayout? form) =>
        form is null
            ? Float
            : FormattableString.Invariant(
                $"{form.Bits}-bit {(form.IsNormalFloat ? "NormalFloat" : "codes")}{(form.HasOffsets ? " with offsets" : "")}, blocks of {form.Size}"
            );

    private static long BytesOf(long weights, BlockLayout? form) =>
        form is null
            ? weights * sizeof(float)
            : (weights * form.Bits / 8) + (weights / form.Size * sizeof(float) * (form.HasOffsets ? 2 : 1));
}
