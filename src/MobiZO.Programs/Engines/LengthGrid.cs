using System.Numerics;

namespace MobiZO.Programs.Engines;

/// <summary>
/// The lengths that an engine wants to see. One with static shapes compiles a program for every set of extents, so that whoever feeds it
/// pads tokens, cached tokens and answers to one of few lengths.
/// </summary>
public sealed class LengthGrid
{
    // So many lengths between two powers of two: an eighth is padding at most, and compiling takes less time than computing more.
    private const int LengthsOfOctave = 8;

    private const int Growth = 64;

    private readonly bool _isExact;

    private LengthGrid(bool isExact) => _isExact = isExact;

    /// <summary>Every length as it is.</summary>
    public static LengthGrid Exact { get; } = new(isExact: true);

    /// <summary>Every length up to 16, and then eight lengths between two powers of two: 18, 20, 22, ..., 32, 36, ...</summary>
    public static LengthGrid Few { get; } = new(isExact: false);

    /// <summary>A length for what grows token by token: a multiple of 64, so that few programs see it grow; exactly the given one where
    /// lengths do not matter.</summary>
    public int Room(int length) => _isExact ? length : (length + Growth - 1) / Growth * Growth;

    /// <summary>The least length of the grid that is no less than the given one.</summary>
    public int Fit(int length)
    {
        if (_isExact || length <= 2 * LengthsOfOctave)
        {
            return length;
        }

        var step = (int)BitOperations.RoundUpToPowerOf2((uint)length) / (2 * LengthsOfOctave);
        return (length + step - 1) / step * step;
    }
}
