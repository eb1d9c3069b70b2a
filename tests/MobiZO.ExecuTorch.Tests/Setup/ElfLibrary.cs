using System.Buffers.Binary;
using System.Text;

namespace MobiZO.ExecuTorch.Tests.Setup;

/// <summary>
/// A shared library of 64-bit Linux in memory: its tables for the loader can be read and changed in place. The code is never touched.
/// </summary>
internal sealed class ElfLibrary
{
    public const ulong Needed = 1;
    public const ulong VersionSymbols = 0x6ffffff0;
    public const ulong VersionNeeds = 0x6ffffffe;
    public const ulong VersionNeedCount = 0x6fffffff;

    // A tag that loaders skip: the first of those for operating systems.
    private const ulong Skipped = 0x6000000d;
    private const ulong StringTable = 5;
    private const ulong SymbolTable = 6;
    private const ulong GnuHash = 0x6ffffef5;
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;
    private const int SymbolSize = 24;
    private const int DynamicSize = 16;

    private readonly byte[] _bytes;
    private readonly List<Segment> _segments;
    private readonly int _strings;

    public ElfLibrary(byte[] bytes)
    {
        _bytes = bytes;
        if (!bytes.AsSpan().StartsWith("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("Expected a 64-bit little-endian ELF file.");
        }

        var (table, count) = ((int)U64(0x20), U16(0x38));
        _segments =
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => table + i * 56)
                .Select(at => new Segment(U32(at), (int)U64(at + 8), U64(at + 16), U64(at + 32))),
        ];
        _strings = OffsetOf(ValueOf(StringTable));
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The libraries that the loader brings along.</summary>
    public IReadOnlyList<string> NeededLibraries =>
        [.. Entries().Where(entry => entry.Tag == Needed).Select(entry => TextAt(_strings + (int)entry.Value))];

    /// <summary>The names that another library must define. (A weak one may be missing.)</summary>
    public IReadOnlyList<string> Imports => [.. Undefined().Select(symbol => TextAt(symbol.Name))];

    /// <summary>Makes the loader skip all entries of a tag.</summary>
    public void Drop(params ulong[] tags)
    {
        foreach (var entry in Entries().Where(entry => tags.Contains(entry.Tag)).ToList())
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan(entry.At), Skipped);
        }
    }

    /// <summary>Gives an import another name of the same length.</summary>
    /// <exception cref="InvalidDataException">There is no such import, or another symbol uses the same letters.</exception>
    public void RenameImport(string name, string other)
    {
        if (name.Length != other.Length)
        {
            throw new ArgumentException($"{other} is not as long as {name}.", nameof(other));
        }

        var import = Undefined().Cast<Symbol?>().FirstOrDefault(symbol => TextAt(symbol!.Value.Name) == name);
        if (import is not { } found)
        {
            throw new InvalidDataException($"The library imports no {name}.");
        }

        // Tables of text share tails: a symbol may point into the letters of another, before them or within.
        var end = found.Name + name.Length;
        if (_bytes[found.Name - 1] != 0 || Symbols().Any(symbol => symbol.Name > found.Name && symbol.Name < end))
        {
            throw new InvalidDataException($"Another symbol shares the letters of {name}.");
        }

        Encoding.ASCII.GetBytes(other).CopyTo(_bytes, found.Name);
    }

    private IEnumerable<Entry> Entries()
    {
        var dynamic = _segments.Single(segment => segment.Type == DynamicSegment);
        for (var at = dynamic.Offset; U64(at) != 0; at += DynamicSize)
        {
            yield return new Entry(at, U64(at), U64(at + 8));
        }
    }

    private IEnumerable<Symbol> Undefined() => Symbols().Skip(1).Where(symbol => symbol.Section == 0);

    private IEnumerable<Symbol> Symbols()
    {
        var table = OffsetOf(ValueOf(SymbolTable));
        return Enumerable
            .Range(0, SymbolCount())
            .Select(i => table + i * SymbolSize)
            .Select(at => new Symbol(_strings + (int)U32(at), U16(at + 6)));
    }

    // No entry says how many symbols there are: the hash table ends at the last, which the longest chain shows.
    private int SymbolCount()
    {
        var hash = OffsetOf(ValueOf(GnuHash));
        var (buckets, first, bloom) = ((int)U32(hash), (int)U32(hash + 4), (int)U32(hash + 8));
        var bucketTable = hash + 16 + bloom * 8;
        var chains = bucketTable + buckets * 4;
        var last = Enumerable.Range(0, buckets).Select(i => (int)U32(bucketTable + i * 4)).DefaultIfEmpty(0).Max();
        if (last < first)
        {
            return first;
        }

        while ((U32(chains + (last - first) * 4) & 1) == 0)
        {
            last++;
        }

        return last + 1;
    }

    private ulong ValueOf(ulong tag) =>
        Entries().Where(entry => entry.Tag == tag).Select(entry => (ulong?)entry.Value).FirstOrDefault()
        ?? throw new InvalidDataException($"The library has no entry 0x{tag:x}.");

    private int OffsetOf(ulong address)
    {
        var segment = _segments.First(s => s.Type == LoadSegment && address >= s.Address && address < s.Address + s.Size);
        return segment.Offset + (int)(address - segment.Address);
    }

    private string TextAt(int at) => Encoding.ASCII.GetString(_bytes.AsSpan(at, _bytes.AsSpan(at).IndexOf((byte)0)));

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(at));

    private readonly record struct Segment(uint Type, int Offset, ulong Address, ulong Size);

    private readonly record struct Entry(int At, ulong Tag, ulong Value);

    private readonly record struct Symbol(int Name, ushort Section);
}
