using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace MobiZO.PrefixCache;

/// <summary>The stored numbers of one sequence, wherever they are.</summary>
internal abstract class PrefixEntry
{
    /// <summary>Borrows the bytes; dispose when done.</summary>
    public abstract IMemoryOwner<byte> Open();
}

/// <summary>Numbers in memory.</summary>
internal sealed class HeldPrefix(byte[] bytes) : PrefixEntry
{
    public override IMemoryOwner<byte> Open() => new Loan(bytes);

    private sealed class Loan(byte[] bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => bytes;

        public void Dispose() { }
    }
}

/// <summary>
/// Numbers in a mapped file. They are mapped while they are used: a view that stays would count as memory of the process page by page,
/// until a whole epoch has touched all of the file. The pages themselves stay in the system's cache as long as there is room.
/// </summary>
internal sealed class MappedPrefix(MemoryMappedFile file, long start, int length) : PrefixEntry
{
    public override IMemoryOwner<byte> Open() => new Loan(file, start, length);

    private sealed unsafe class Loan : MemoryManager<byte>
    {
        private readonly MemoryMappedViewAccessor _view;
        private readonly int _length;
        private readonly byte* _start;
        private bool _isDisposed;

        public Loan(MemoryMappedFile file, long start, int length)
        {
            _view = file.CreateViewAccessor(start, length, MemoryMappedFileAccess.Read);
            _length = length;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);

            // The view begins at the page that holds the first byte.
            _start += _view.PointerOffset;
        }

        public override Span<byte> GetSpan() => new(_start, _length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

        public override void Unpin() { }

        protected override void Dispose(bool disposing)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
                _view.Dispose();
            }
        }
    }
}
