using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using MobiZO.Checkpoints.Storage;
using MobiZO.TestKit;

namespace MobiZO.ExecuTorch.Tests.Setup;

/// <summary>
/// Makes the released library of Android loadable on Linux, and builds the shim against it. The machine code stays as released: a copy
/// gets its tables for the loader changed, and a stub brings the few functions that only Android has. The results stay in the cache.
/// </summary>
internal static class RuntimeBuild
{
    private const string Stub = "android_stub";

    // What the loader knows the released library by; the shim names it so.
    private const string LibraryName = "libexecutorch_jni.so";

    // Same names with other meanings in Android's C library and in glibc; the stub has the new names.
    private static readonly (string Name, string Other)[] s_renamed =
    [
        ("sysconf", "bioconf"),
        ("sigfillset", "bigfillset"),
        ("pthread_sigmask", "bthread_sigmask"),
        ("fflush", "bflush"),
        ("fprintf", "bprintf"),
    ];

    private static readonly string[] s_bridge = ["_ZN8facebook3jni", "_ZNK8facebook3jni"];

    private static readonly string[] s_sources = ["mobizo_executorch.cpp", "mobizo_executorch.h"];

    private static string Root => Path.Combine(CacheRoot.Default, "executorch-test");

    private static string PackageFolder => Path.Combine(Root, $"{ReleasedPackage.Name}-{ReleasedPackage.Version}");

    private static string SourceFolder => Path.Combine(Shared.Repository, "native", "executorch");

    /// <summary>Whether the package was fetched before.</summary>
    public static bool HasPackage => Directory.Exists(PackageFolder);

    /// <summary>Gives the file of the shim, which is built when its sources changed since the last time.</summary>
    public static string Shim()
    {
        Make(PackageFolder, ReleasedPackage.FetchInto);
        var folder = Path.Combine(Root, Key());
        Make(folder, BuildInto);
        return Path.Combine(folder, "libmobizo_executorch.so");
    }

    // A folder appears whole or not at all; of two processes that make it, one wins.
    private static void Make(string folder, Action<string> make)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var beside = $"{folder}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(beside);
        try
        {
            make(beside);
            Directory.Move(beside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(beside, recursive: true);
        }
        catch
        {
            Directory.Delete(beside, recursive: true);
            throw;
        }
    }

    private static string Key()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in s_sources)
        {
            hash.AppendData(File.ReadAllBytes(Path.Combine(SourceFolder, name)));
        }

        hash.AppendData(Encoding.UTF8.GetBytes(StubSource() + ReleasedPackage.Version + string.Join(' ', s_renamed)));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..24];
    }

    private static void BuildInto(string folder)
    {
        var library = Patch(new ElfLibrary(File.ReadAllBytes(ReleasedPackage.LibraryIn(PackageFolder))));
        File.WriteAllBytes(Path.Combine(folder, LibraryName), library.Bytes);
        BuildStub(folder, library.Imports);
        BuildShim(folder);
    }

    private static ElfLibrary Patch(ElfLibrary library)
    {
        // The shim brings the libraries that it needs, and glibc has no versions of the names of Android.
        library.Drop(ElfLibrary.Needed, ElfLibrary.VersionSymbols, ElfLibrary.VersionNeeds, ElfLibrary.VersionNeedCount);
        foreach (var (name, other) in s_renamed)
        {
            library.RenameImport(name, other);
        }

        return library;
    }

    private static void BuildStub(string folder, IEnumerable<string> imports)
    {
        // The library serves Java too. These functions of the bridge are named in it and never called.
        var java = imports
            .Where(name => s_bridge.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Select(name => $"void {name}(void) {{ abort(); }}\n");
        File.WriteAllText(Path.Combine(folder, Stub + ".c"), StubSource() + string.Concat(java));
        Tool.Run(folder, "g++", "-x", "c", "-O1", "-w", "-fPIC", "-shared", Stub + ".c", "-o", $"lib{Stub}.so");
    }

    private static void BuildShim(string folder)
    {
        var headers = ReleasedPackage.HeadersIn(PackageFolder);
        Tool.Run(
            folder,
            "g++",
            "-std=c++17",
            "-O1",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-fPIC",
            "-fvisibility=hidden",
            "-shared",
            $"-DMZ_ET_BUILT_AGAINST=\"{ReleasedPackage.Name} {ReleasedPackage.Version}\"",
            "-isystem",
            headers,
            "-isystem",
            Path.Combine(headers, "pthreadpool"),
            Path.Combine(SourceFolder, "mobizo_executorch.cpp"),
            "-o",
            "libmobizo_executorch.so",
            "-Wl,--no-as-needed",
            "-L.",
            "-l:" + LibraryName,
            $"-l{Stub}",
            "-lm",
            "-ldl",
            "-Wl,-rpath,$ORIGIN"
        );
    }

    private static string StubSource()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Stub + ".c")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
