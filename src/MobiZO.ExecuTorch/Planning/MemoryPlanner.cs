using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Planning;

/// <summary>
/// Gives every temporary a place in one arena: the largest first, each at the lowest place where nothing lies that lives at the same time.
/// States come first and never share.
/// </summary>
internal static class MemoryPlanner
{
    /// <summary>Every place is a multiple of it.</summary>
    public const int Alignment = 64;

    /// <summary>Plans a method.</summary>
    public static void Plan(PteMethod method)
    {
        var lives = LiveRange.Of(method);
        long top = 0;
        foreach (var state in method.Tensors.Where(tensor => tensor.Kind == PteTensorKind.State))
        {
            state.Offset = top;
            top = Align(top + state.Bytes);
        }

        var high = top;
        var placed = new List<LiveRange>();
        foreach (
            var range in lives.Where(range => range.Tensor.Kind == PteTensorKind.Temporary).OrderByDescending(range => range.Tensor.Bytes)
        )
        {
            var offset = top;
            foreach (var other in placed.Where(range.Overlaps).OrderBy(other => other.Tensor.Offset))
            {
                if (offset + range.Tensor.Bytes <= other.Tensor.Offset)
                {
                    break;
                }

                offset = Math.Max(offset, Align(other.Tensor.Offset + other.Tensor.Bytes));
            }

            range.Tensor.Offset = offset;
            placed.Add(range);
            high = Math.Max(high, offset + range.Tensor.Bytes);
        }

        method.ArenaBytes = Align(Math.Max(high, 1));
    }

    /// <summary>Finds two planned tensors that live at the same time and share bytes; null: there are none.</summary>
    public static (PteTensor First, PteTensor Second)? FindConflict(PteMethod method)
    {
        LiveRange[] planned = [.. LiveRange.Of(method).Where(range => range.Tensor.Offset >= 0).OrderBy(range => range.Tensor.Offset)];
        for (var i = 0; i < planned.Length; i++)
        {
            var end = planned[i].Tensor.Offset + planned[i].Tensor.Bytes;
            for (var j = i + 1; j < planned.Length && planned[j].Tensor.Offset < end; j++)
            {
                if (planned[i].Overlaps(planned[j]))
                {
                    return (planned[i].Tensor, planned[j].Tensor);
                }
            }
        }

        return null;
    }

    private static long Align(long offset) => (offset + Alignment - 1) / Alignment * Alignment;
}
