using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Quantization;

namespace MobiZO.Checkpoints;

/// <summary>
/// A checkpoint as an engine with quantised matrices sees it. Codes that the checkpoint stores are carried over when they fit; other
/// matrices whose rows are whole blocks are rounded to nearest, block by block. Everything else stays fp32, and in
/// <see cref="WeightFormat.Stored"/> everything that is not stored in codes. In <see cref="WeightFormat.Int4"/> embedding, positions and
/// head have 8 bits unless the checkpoint stores them in 4, and in <see cref="WeightFormat.Nf4"/> always.
/// </summary>
/// <remarks><see cref="Read"/> gives the dequantised values, so that another engine computes with the same weights.</remarks>
public sealed class QuantizedWeights : IWeightSource, IBlockSource, IContentSource
{
    private readonly IWeightSource _source;

    /// <summary>Quantises nothing yet: that happens while reading.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="format">Any but <see cref="WeightFormat.Float32"/> and <see cref="WeightFormat.Auto"/>.</param>
    public QuantizedWeights(IWeightSource source, WeightFormat format)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
        Format = format is WeightFormat.Int8 or WeightFormat.Int4 or WeightFormat.Stored or WeightFormat.Nf4
            ? format
            : throw new ArgumentOutOfRangeException(nameof(format), format, "expected Int8, Int4, Stored or Nf4");
    }

    /// <summary>The format.</summary>
    public WeightFormat Format { get; }

    /// <inheritdoc/>
    public string Fingerprint => $"{_source.Fingerprint}\n{WeightFormats.NameOf(Format)}";

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _source.Names;

    /// <summary>
    /// The checkpoint in a format: itself for <see cref="WeightFormat.Float32"/>, and for <see cref="WeightFormat.Stored"/> when it stores
    /// no codes.
    /// </summary>
    public static IWeightSource In(WeightFormat format, IWeightSource source)
    {
        if (format == WeightFormat.Float32)
        {
            return source;
        }

        var quantized = new QuantizedWeights(source, format);
        return format == WeightFormat.Stored && quantized.Names.All(name => quantized.FindBlocks(name) is null) ? source : quantized;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int>? FindShape(string name) => _source.FindShape(name);

    /// <inheritdoc/>
    public TensorRole? FindRole(string name) => _source.FindRole(name);

    /// <inheritdoc/>
    public BlockLayout? FindBlocks(string name)
    {
        if (_source.FindShape(name) is not [_, var width])
        {
            return null;
        }

        if (IsNormalFloat(name))
        {
            return width % NormalFloatBlocks.Size == 0 ? new BlockLayout(4, false, NormalFloatBlocks.Size) { IsNormalFloat = true } : null;
        }

        var bits = BitsOf(name);
        if (FindCarried(name) is { } carried)
        {
            return width % carried.Size == 0 ? carried with { Bits = bits } : null;
        }

        return Format == WeightFormat.Stored || width % BlockLayout.Elements != 0 ? null : new BlockLayout(bits, HasOffsets: bits == 4);
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
        _source.Read(name, firstBlock * (IsNormalFloat(name) ? NormalFloatBlocks.Size : BlockLayout.Elements), values);
        if (IsNormalFloat(name))
        {
            NormalFloatBlocks.Quantize(values, codes, scales);
            offsets.Clear();
            return;
        }

        BlockQuantizer.Quantize(values, BitsOf(name), codes, scales, offsets);
    }

    /// <inheritdoc/>
    public void Read(string name, long start, Span<float> destination)
    {
        if (FindBlocks(name) is not { Size: var size, IsNormalFloat: var isNormalFloat } || destination.Length == 0)
        {
            _source.Read(name, start, destination);
            return;
        }

        var (first, skip) = Math.DivRem(start, size);
        var blocks = checked((int)((skip + destination.Length + size - 1) / size));
        var (codes, scales, offsets) = (new sbyte[checked(blocks * size)], new float[blocks], new float[blocks]);
        ReadBlocks(name, first, codes, scales, offsets);
        for (var i = 0; i < destination.Length; i++)
        {
            var place = (int)skip + i;
            var block = place / size;
            destination[i] = isNormalFloat
                ? scales[block] * NormalFloatBlocks.LevelOf(codes[place])
                : (scales[block] * codes[place]) + offsets[block];
        }
    }

    /// <inheritdoc/>
    string IContentSource.ContentHash(string cacheFolder) => (_source as IContentSource)?.ContentHash(cacheFolder) ?? _source.Fingerprint;

    /// <inheritdoc/>
    void IContentSource.ReleasePages() => (_source as IContentSource)?.ReleasePages();

    /// <summary>The matrices that are stored in codes of too many bits, so that they are rounded again.</summary>
    internal IReadOnlyList<string> RoundedAgain =>
        [.. Names.Where(name => FindStored(name) is not null && FindCarried(name) is null && FindBlocks(name) is not null)];

    /// <summary>What to tell a user of stored codes that are rounded again; null when all are kept.</summary>
    internal string? RoundingLoss => Checkpoints.RoundingLoss.Sentence(this);

    /// <summary>The values that the checkpoint stores.</summary>
    internal IWeightSource Stored => _source;

    private BlockLayout? FindStored(string name) => (_source as IBlockSource)?.FindBlocks(name);

    // Codes of fewer bits fit as they are.
    private BlockLayout? FindCarried(string name) =>
        !IsNormalFloat(name) && FindStored(name) is { } stored && stored.Bits <= BitsOf(name) ? stored : null;

    private bool IsNormalFloat(string name) => Format == WeightFormat.Nf4 && !IsTable(name);

    private bool IsTable(string name) => FindRole(name) is TensorRole.Embedding or TensorRole.Positions or TensorRole.Head;

    private int BitsOf(string name)
    {
        var isStoredInFour = FindStored(name) is { Bits: <= 4 };
        return Format switch
        {
            WeightFormat.Int8 or WeightFormat.Nf4 => 8,
            WeightFormat.Stored => isStoredInFour ? 4 : 8,
            _ => IsTable(name) && !isStoredInFour ? 8 : 4,
        };
    }
}
