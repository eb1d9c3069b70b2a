using System.Runtime.InteropServices;

namespace MobiZO.Checkpoints.WeightFiles;

/// <summary>Writes the tensors of a layout, a million values at a time.</summary>
internal sealed class WeightWriter(WeightLayout layout, Stream stream)
{
    private const int ChunkValues = 1 << 20;
    private const int LeastSize = 16;

    private readonly float[] _values = new float[ChunkValues];
    private readonly sbyte[] _codes = new sbyte[ChunkValues];
    private readonly float[] _offsets = new float[ChunkValues / LeastSize];

    /// <summary>Writes every tensor.</summary>
    /// <param name="progress">Told the share written, 0 to 1; may be null.</param>
    public void Write(IProgress<double>? progress)
    {
        stream.SetLength(layout.Length);
        var total = Math.Max(1, layout.Names.Sum(name => WeightLayout.CountOf(layout.Source, name)));
        var done = 0L;
        foreach (var name in layout.Names)
        {
            if (layout.FormOf(name) is { } form)
            {
                WriteBlocks(name, form);
            }
            else
            {
                WriteNumbers(name);
            }

            done += WeightLayout.CountOf(layout.Source, name);
            progress?.Report((double)done / total);
        }
    }

    private void WriteNumbers(string name)
    {
        stream.Position = layout.Starts[name];
        var count = WeightLayout.CountOf(layout.Source, name);
        for (var start = 0L; start < count; start += ChunkValues)
        {
            var chunk = _values.AsSpan(0, (int)Math.Min(ChunkValues, count - start));
            layout.Source.Read(name, start, chunk);
            stream.Write(MemoryMarshal.AsBytes(chunk));
        }
    }

    private void WriteBlocks(string name, BlockLayout form)
    {
        var source = (IBlockSource)layout.Source;
        var place = layout.PlaceOf(name, form);
        var blocks = WeightLayout.CountOf(layout.Source, name) / form.Size;
        for (var first = 0L; first < blocks; first += ChunkValues / form.Size)
        {
            var count = (int)Math.Min(ChunkValues / form.Size, blocks - first);
            var (codes, scales, offsets) = (_codes.AsMemory(0, count * form.Size), _values.AsMemory(0, count), _offsets.AsMemory(0, count));
            source.ReadBlocks(name, first, codes.Span, scales.Span, offsets.Span);
            WriteAt(place.Codes + (first * form.Size * form.Bits / 8), Pack(codes.Span, form));
            WriteAt(place.Scales + (first * sizeof(float)), MemoryMarshal.AsBytes(scales.Span));
            if (place.Offsets is { } start)
            {
                WriteAt(start + (first * sizeof(float)), MemoryMarshal.AsBytes(offsets.Span));
            }
        }
    }

    private void WriteAt(long position, ReadOnlySpan<byte> bytes)
    {
        stream.Position = position;
        stream.Write(bytes);
    }

    /// <summary>Signed codes to the unsigned ones of <see cref="QuantizedPlace"/>, in place.</summary>
    private static Span<byte> Pack(Span<sbyte> codes, BlockLayout form)
    {
        var packed = MemoryMarshal.Cast<sbyte, byte>(codes);
        if (form.Bits == 8)
        {
            for (var i = 0; i < packed.Length; i++)
            {
                packed[i] ^= 0x80;
            }

            return packed;
        }

        for (var i = 0; i < packed.Length / 2; i++)
        {
            var (first, second) = (codes[2 * i] + 8, codes[(2 * i) + 1] + 8);
            packed[i] = (byte)(form.IsNormalFloat ? (first << 4) | second : first | (second << 4));
        }

        return packed[..(packed.Length / 2)];
    }
}
