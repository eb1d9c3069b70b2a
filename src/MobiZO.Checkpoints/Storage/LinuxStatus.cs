using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MobiZO.Checkpoints.Storage;

/// <summary>What the kernel of Linux says of a file; .NET does not pass on its inode, its kind or when anything of it changed.</summary>
internal sealed partial class LinuxStatus
{
    private const int CurrentFolder = -100;
    private const int EmptyPath = 0x1000;
    private const uint Wanted = 0x1 | 0x40 | 0x80 | 0x100;
    private const int KindMask = 0xF000;
    private const int OrdinaryKind = 0x8000;

    private readonly Fields _fields;

    private LinuxStatus(Fields fields) => _fields = fields;

    /// <summary>Whether it is a file, and no pipe, device or folder.</summary>
    public bool IsOrdinary => (_fields.Mode & KindMask) == OrdinaryKind;

    /// <summary>Its number in the file system.</summary>
    public ulong Inode => _fields.Inode;

    /// <summary>When its bytes were written last, in ns since 1970.</summary>
    public long Modified => _fields.Modified.Nanoseconds;

    /// <summary>When anything of it changed last, in ns since 1970.</summary>
    public long Changed => _fields.Changed.Nanoseconds;

    /// <summary>The status of an open file; null on other systems, and where the C library (before 2018) has no such call.</summary>
    public static LinuxStatus? Of(SafeFileHandle handle) => Of((ref Fields fields) => Read(handle, "", EmptyPath, Wanted, ref fields));

    /// <summary>The status of a path, which is not opened; links are followed. Null also when nothing is there.</summary>
    public static LinuxStatus? Of(string path) => Of((ref Fields fields) => Read(CurrentFolder, path, 0, Wanted, ref fields));

    private static LinuxStatus? Of(Reading read)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var fields = default(Fields);
        try
        {
            return read(ref fields) == 0 && (fields.Mask & Wanted) == Wanted ? new LinuxStatus(fields) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(SafeFileHandle folder, string path, int flags, uint mask, ref Fields fields);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Read(int folder, string path, int flags, uint mask, ref Fields fields);

    private delegate int Reading(ref Fields fields);

    [StructLayout(LayoutKind.Sequential)]
    private struct Moment
    {
        private long _seconds;
        private uint _nanoseconds;
        private int _reserved;

        public readonly long Nanoseconds => (_seconds * 1_000_000_000) + _nanoseconds;
    }

    // The kernel's structure: the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Fields
    {
        [FieldOffset(0)]
        public uint Mask;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(96)]
        public Moment Changed;

        [FieldOffset(112)]
        public Moment Modified;
    }
}
