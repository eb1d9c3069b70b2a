using Microsoft.Win32.SafeHandles;

namespace MobiZO.Checkpoints.Storage;

/// <summary>The bytes of a <see cref="MappedFile"/> while they are borrowed; the mapping stays alive until this is disposed.</summary>
internal readonly unsafe ref struct MappedBytes : IDisposable
{
    private readonly SafeMemoryMappedViewHandle _handle;
    private readonly byte* _start;
    private readonly long _length;

    public MappedBytes(SafeMemoryMappedViewHandle handle, long length)
    {
        _handle = handle;
        _length = length;
        handle.AcquirePointer(ref _start);
    }

    /// <summary>Bytes [<paramref name="offset"/>, offset + length).</summary>
    public ReadOnlySpan<byte> Slice(long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > _length - length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset),
                $"Bytes [{offset}, {offset} + {length}) are outside a file of {_length} bytes."
            );
        }

        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    public void Dispose() => _handle.ReleasePointer();
}
