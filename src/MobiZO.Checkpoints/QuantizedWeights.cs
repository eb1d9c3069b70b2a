using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints;

/// <summary>
/// A checkpoint as an engine with quantised matrices sees it. Every matrix whose rows are whole blocks is quantised, everything else stays fp32.
/// Codes that the checkpoint stores are carried over when they fit; other matrices are rounded to nearest, block by block.
/// </summary>
/// <remarks><see cref="Read"/> gives the dequantised values, so that another engine computes with the same weights.</remarks>
public sealed class QuantizedWeights : IWeightSource, IBlockSource
{
    private readonly IWeightSource _source;
    private readonly int _bits;

    /// <summary>Quantises nothing yet: that happens while reading.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="format"><see cref="WeightFormat.Int8"/> or <see cref="WeightFormat.Int4"/>.</param>
    public QuantizedWeights(IWeightSource source, WeightFormat format)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        Format = format;
        _bits = format switch
        {
            WeightFormat.Int8 => 8,
            WeightFormat.Int4 => 4,
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected Int8 or Int4"),
        };
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    /// <inheritdoc/>
    public string Fingerprint => $"{_source.Fingerprint}\n{WeightFormats.NameOf(Format)}";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _source.Names;

    /// <summary>The checkpoint in a format: itself for <see cref="WeightFormat.Float32"/>.</summary>
    public static IWeightSource In(WeightFormat format, IWeightSource source) => format == WeightFormat.Float32 ? source : new QuantizedWeights(source, format);

    /// <inheritdoc/>
    public IReadOnlyList<int>? FindShape(string name) => _source.FindShape(name);

    /// <inheritdoc/>
    public BlockForm? FindBlocks(string name)
    {
        if (_source.FindShape(name) is not [_, var width] || width % BlockForm.Elements != 0)
        {
            return null;
        }

        return FindCarried(name) is { } stored ? new BlockForm(_bits, stored.HasOffsets) : new BlockForm(_bits, HasOffsets: _bits == 4);
    }

    /// <inheritdoc/>
    public void ReadBlocks(string name, long firstBlock, Span<sbyte> codes, Span<float> scales, Span<float> offsets)
    {
        if (FindCarried(name) is not null)
        {
            ((IBlockSource)_source).ReadBlocks(name, firstBlock, codes, scales, offsets);
            return;
        }

        var values = new float[codes.Length];
        _source.Read(name, firstBlock * BlockForm.Elements, values);
        BlockQuantizer.Quantize(values, _bits, codes, scales, offsets);
    }

    /// <inheritdoc/>
    public void Read(string name, long start, Span<float> destination)
    {
        if (FindBlocks(name) is null || destination.Length == 0)
        {
            _source.Read(name, start, destination);
            return;
        }

        var (first, skip) = Math.DivRem(start, BlockForm.Elements);
        var blocks = checked((int)((skip + destination.Length + BlockForm.Elements - 1) / BlockForm.Elements));
        var (codes, scales, offsets) = (new sbyte[blocks * BlockForm.Elements], new float[blocks], new float[blocks]);
        ReadBlocks(name, first, codes, scales, offsets);
        for (var i = 0; i < destination.Length; i++)
        {
            var place = (int)skip + i;
            var block = place / BlockForm.Elements;
            destination[i] = (scales[block] * codes[place]) + offsets[block];
        }
    }

    // Codes of fewer bits fit as they are.
    private BlockForm? FindCarried(string name) => _source is IBlockSource blocks && blocks.FindBlocks(name) is { } stored && stored.Bits <= _bits ? stored : null;
}
