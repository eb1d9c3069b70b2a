using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints;

/// <summary>
/// A checkpoint as an engine with quantised matrices sees it. Every matrix whose rows are whole blocks is quantised, everything else stays
/// fp32.
/// Codes that the checkpoint stores are carried over when they fit; other matrices are rounded to nearest, block by block. In
/// <see cref="WeightFormat.Int4"/> embedding, positions and head have 8 bits unless the checkpoint stores them in 4.
/// </summary>
/// <remarks><see cref="Read"/> gives the dequantised values, so that another engine computes with the same weights.</remarks>
public sealed class QuantizedWeights : IWeightSource, IBlockSource, IContentSource
{
    private readonly IWeightSource _source;

    /// <summary>Quantises nothing yet: that happens while reading.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="format"><see cref="WeightFormat.Int8"/> or <see cref="WeightFormat.Int4"/>.</param>
    public QuantizedWeights(IWeightSource source, WeightFormat format)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        Format = format is WeightFormat.Int8 or WeightFormat.Int4
            ? format
            : throw new ArgumentOutOfRangeException(nameof(format), format, "expected Int8 or Int4");
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    /// <inheritdoc/>
    public string Fingerprint => $"{_source.Fingerprint}\n{WeightFormats.NameOf(Format)}";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _source.Names;

    /// <summary>The checkpoint in a format: itself for <see cref="WeightFormat.Float32"/>.</summary>
    public static IWeightSource In(WeightFormat format, IWeightSource source) =>
        format == WeightFormat.Float32 ? source : new QuantizedWeights(source, format);

    /// <inheritdoc/>
    public IReadOnlyList<int>? FindShape(string name) => _source.FindShape(name);

    /// <inheritdoc/>
    public TensorRole? FindRole(string name) => _source.FindRole(name);

    /// <inheritdoc/>
    public BlockLayout? FindBlocks(string name)
    {
        if (_source.FindShape(name) is not [_, var width] || width % BlockLayout.Elements != 0)
        {
            return null;
        }

        var bits = BitsOf(name);
        return new BlockLayout(bits, HasOffsets: FindCarried(name)?.HasOffsets ?? bits == 4);
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
        _source.Read(name, firstBlock * BlockLayout.Elements, values);
        BlockQuantizer.Quantize(values, BitsOf(name), codes, scales, offsets);
    }

    /// <inheritdoc/>
    public void Read(string name, long start, Span<float> destination)
    {
        if (FindBlocks(name) is null || destination.Length == 0)
        {
            _source.Read(name, start, destination);
            return;
        }

        var (first, skip) = Math.DivRem(start, BlockLayout.Elements);
        var blocks = checked((int)((skip + destination.Length + BlockLayout.Elements - 1) / BlockLayout.Elements));
        var (codes, scales, offsets) = (new sbyte[blocks * BlockLayout.Elements], new float[blocks], new float[blocks]);
        ReadBlocks(name, first, codes, scales, offsets);
        for (var i = 0; i < destination.Length; i++)
        {
            var place = (int)skip + i;
            var block = place / BlockLayout.Elements;
            destination[i] = (scales[block] * codes[place]) + offsets[block];
        }
    }

    /// <inheritdoc/>
    string IContentSource.ContentHash(string cacheFolder) => (_source as IContentSource)?.ContentHash(cacheFolder) ?? _source.Fingerprint;

    private BlockLayout? FindStored(string name) => (_source as IBlockSource)?.FindBlocks(name);

    // Codes of fewer bits fit as they are.
    private BlockLayout? FindCarried(string name) => FindStored(name) is { } stored && stored.Bits <= BitsOf(name) ? stored : null;

    private int BitsOf(string name)
    {
        var isTable = FindRole(name) is TensorRole.Embedding or TensorRole.Positions or TensorRole.Head;
        return Format == WeightFormat.Int8 || (isTable && FindStored(name) is not { Bits: <= 4 }) ? 8 : 4;
    }
}
