namespace MobiZO.Programs.Feeding;

/// <summary>
/// Memory for the joined prompts of a batch. A step's prompts can be hundreds of megabytes: taking them anew for every step would leave as
/// much garbage behind. One batch at a time.
/// </summary>
public sealed class PrefixBuffers
{
    private float[][] _arrays = [];

    /// <summary>Buffers, uninitialised; those taken before are taken back.</summary>
    /// <param name="lengths">Values of each.</param>
    public IReadOnlyList<Memory<float>> Take(params IReadOnlyList<int> lengths)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        if (_arrays.Length != lengths.Count)
        {
            _arrays = [.. lengths.Select(_ => Array.Empty<float>())];
        }

        for (var i = 0; i < lengths.Count; i++)
        {
            if (_arrays[i].Length < lengths[i])
            {
                // Batches differ a little in size: without room to spare, each that is larger than all before would leave the old memory as
                // garbage.
                _arrays[i] = [];
                _arrays[i] = GC.AllocateUninitializedArray<float>((int)Math.Min(lengths[i] + (lengths[i] / 4L), Array.MaxLength));
            }
        }

        return [.. _arrays.Zip(lengths, (array, length) => array.AsMemory(0, length))];
    }
}
