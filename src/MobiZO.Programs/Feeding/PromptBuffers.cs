namespace MobiZO.Programs.Feeding;

/// <summary>
/// Memory for the joined prompts of a batch. A step's prompts can be hundreds of megabytes: taking them anew for every step would leave as much garbage behind.
/// One batch at a time.
/// </summary>
public sealed class PromptBuffers
{
    private float[][] _arrays = [];

    /// <summary>Buffers of one length, uninitialised; those taken before are taken back.</summary>
    /// <param name="count">Number of buffers.</param>
    /// <param name="length">Values of each.</param>
    public IReadOnlyList<Memory<float>> Take(int count, int length)
    {
        if (_arrays.Length != count || (count > 0 && _arrays[0].Length < length))
        {
            // Batches differ a little in size: without room to spare, each that is larger than all before would leave the old memory as garbage.
            var room = (int)Math.Min(length + (length / 4L), Array.MaxLength);
            _arrays = [];
            _arrays = [.. Enumerable.Range(0, count).Select(_ => GC.AllocateUninitializedArray<float>(room))];
        }

        return [.. _arrays.Select(array => array.AsMemory(0, length))];
    }
}
