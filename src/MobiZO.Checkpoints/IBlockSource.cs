namespace MobiZO.Checkpoints;

/// <summary>A checkpoint that can give the codes of matrices it stores in blocks, so that they need not be quantised again.</summary>
public interface IBlockSource
{
    /// <summary>
    /// The blocks of a matrix, or null when it is not stored in blocks of codes with scale and offset.
    /// </summary>
    BlockLayout? FindBlocks(string name);

    /// <summary>Reads blocks [<paramref name="firstBlock"/>, firstBlock + scales.Length) of the row-major matrix.</summary>
    /// <param name="name">A matrix for which <see cref="FindBlocks"/> is not null.</param>
    /// <param name="firstBlock">First block, counted over the whole matrix.</param>
    /// <param name="codes"><see cref="BlockLayout.Size"/> codes a block.</param>
    /// <param name="scales">One a block.</param>
    /// <param name="offsets">One a block.</param>
    /// <exception cref="CheckpointException">No such matrix, or the range is outside it.</exception>
    void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets);
}
