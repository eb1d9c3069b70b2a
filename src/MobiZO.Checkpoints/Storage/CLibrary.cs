using System.Runtime.InteropServices;

namespace MobiZO.Checkpoints.Storage;

/// <summary>Functions of the C library that only some systems have.</summary>
internal static class CLibrary
{
    /// <summary>Finds a function.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its address; zero where there is none, or the system is none of Linux's.</returns>
    public static IntPtr Find(string name) =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsAndroid())
        && NativeLibrary.TryLoad("libc", typeof(CLibrary).Assembly, null, out var library)
        && NativeLibrary.TryGetExport(library, name, out var address)
            ? address
            : 0;
}
