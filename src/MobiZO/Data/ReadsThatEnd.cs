namespace MobiZO.Data;

/// <summary>
/// A file that is not read for ever: the Parquet package goes from page to page by the sizes that they state, and in a damaged file that
/// may lead back to where it was.
/// </summary>
/// <param name="inner">The file; it is not closed.</param>
internal sealed class ReadsThatEnd(Stream inner) : Stream
{
    // Every byte of a sound file is read once, the footer perhaps twice.
    private const int MostTimes = 4;
    private const int Spare = 1 << 18;

    private long _read;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Counted(inner.Read(buffer));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Counted(await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() { }

    private int Counted(int read)
    {
        _read += Math.Max(read, 1);
        return _read <= (MostTimes * inner.Length) + Spare ? read : throw new InvalidDataException("its pages lead back to themselves");
    }
}
