using System.Formats.Tar;
using System.IO.Compression;

namespace MobiZO.ExecuTorch.Tests.Setup;

/// <summary>
/// A release of ExecuTorch that npm has: the library for Android on x86-64 with optimised, quantised and XNNPACK kernels, and its headers.
/// </summary>
internal static class ReleasedPackage
{
    public const string Name = "react-native-executorch";

    /// <summary>The last version with the library in it.</summary>
    public const string Version = "0.9.3";

    private const string Below = "package/third-party/";
    private const string LibraryEntry = "android/libs/executorch/x86_64/libexecutorch.so";

    private static readonly string[] s_headers = ["executorch", "c10", "torch", "headeronly", "pthreadpool"];

    /// <summary>The library in the folder of the package.</summary>
    public static string LibraryIn(string folder) => Path.Combine(folder, LibraryEntry);

    /// <summary>The headers in the folder of the package.</summary>
    public static string HeadersIn(string folder) => Path.Combine(folder, "include");

    /// <summary>Fetches the package (38 MB) and keeps what tests need of it.</summary>
    /// <param name="folder">An existing folder for it.</param>
    public static void FetchInto(string folder)
    {
        Tool.Run(folder, "npm", "pack", $"{Name}@{Version}", "--pack-destination", folder, "--loglevel=error");
        var archive = Directory.GetFiles(folder, "*.tgz").Single();
        using (var packed = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
        using (var reader = new TarReader(packed))
        {
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && IsNeeded(entry.Name))
                {
                    var path = Path.Combine(folder, entry.Name[Below.Length..]);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    entry.ExtractToFile(path, overwrite: true);
                }
            }
        }

        File.Delete(archive);
    }

    private static bool IsNeeded(string entry) =>
        entry == Below + LibraryEntry || s_headers.Any(folder => entry.StartsWith($"{Below}include/{folder}/", StringComparison.Ordinal));
}
