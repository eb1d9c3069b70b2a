namespace MobiZO.Checkpoints.Quantization;

/// <summary>
/// Some of the points whose coordinates are each one of a few values, numbered in order; the first coordinate counts least. One bit for
/// each possible point says whether it is one of them.
/// </summary>
internal sealed class Lattice
{
    private readonly int _width;
    private readonly sbyte[] _points;

    /// <param name="width">Coordinates of a point.</param>
    /// <param name="values">What a coordinate may be, in the order of its digit.</param>
    /// <param name="step">2 where only every other number can be a point, and only those have a bit; else 1.</param>
    /// <param name="bitmap">The bits in base64, the lowest of each byte first.</param>
    public Lattice(int width, ReadOnlySpan<sbyte> values, int step, string bitmap)
    {
        _width = width;
        byte[] bits = Convert.FromBase64String(bitmap);
        var points = new List<sbyte>();
        for (int bit = 0; bit < 8 * bits.Length; bit++)
        {
            if (((bits[bit / 8] >> (bit % 8)) & 1) == 0)
            {
                continue;
            }

            int digits = bit * step;
            for (int i = 0; i < width; i++)
            {
                points.Add(values[digits % values.Length]);
                digits /= values.Length;
            }
        }

        _points = [.. points];
    }

    /// <summary>The coordinates of a point.</summary>
    public ReadOnlySpan<sbyte> this[int index] => _points.AsSpan(index * _width, _width);

    /// <summary>Writes the coordinates of a point; bit i of <paramref name="signs"/> turns coordinate i around.</summary>
    public void Write(int index, int signs, Span<sbyte> destination)
    {
        ReadOnlySpan<sbyte> point = this[index];
        for (int i = 0; i < point.Length; i++)
        {
            destination[i] = (sbyte)(((signs >> i) & 1) == 0 ? point[i] : -point[i]);
        }
    }
}
