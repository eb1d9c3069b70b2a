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

    private static readonly string[] s_sources = Sources("native/executorch", "mobizo_executorch.cpp", "mobizo_executorch.h");

    private static readonly string[] s_hostSources = Sources("samples/ExecuTorchHost", "host.cpp", "app.h");

    // Warnings are errors in our own code.
    private static readonly string[] s_options = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror"];

    private static string Root => Path.Combine(CacheRoot.Default, "executorch-test");

    private static string PackageFolder => Path.Combine(Root, $"{ReleasedPackage.Name}-{ReleasedPackage.Version}");

    /// <summary>Whether the package was fetched before.</summary>
    public static bool HasPackage => Directory.Exists(PackageFolder);

    /// <summary>Gives the file of the shim, which is built when its sources changed since the last time.</summary>
    public static string Shim() => Path.Combine(Runtime(), "libmobizo_executorch.so");

    /// <summary>Gives the program of the sample for hosts in C++, which is built when its sources changed since the last time.</summary>
    public static string Host()
    {
        var runtime = Runtime();
        var folder = Path.Combine(Root, Key(s_hostSources, runtime));
        Make(folder, building => BuildHost(building, runtime));
        return Path.Combine(folder, "host");
    }

    private static string Runtime()
    {
        Make(PackageFolder, ReleasedPackage.FetchInto);
        var folder = Path.Combine(Root, Key(s_sources, StubSource() + ReleasedPackage.Version + string.Join(' ', s_renamed)));
        Make(folder, BuildInto);
        return folder;
    }

    private static string[] Sources(string folder, params IEnumerable<string> names) =>
        [.. names.Select(name => Path.Combine(Shared.Repository, folder, name))];

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

    private static string Key(string[] sources, string other)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in sources)
        {
            hash.AppendData(File.ReadAllBytes(path));
        }

        hash.AppendData(Encoding.UTF8.GetBytes(other));
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
            [
                .. s_options,
                "-fPIC",
                "-fvisibility=hidden",
                "-shared",
                $"-DMZ_ET_BUILT_AGAINST=\"{ReleasedPackage.Name} {ReleasedPackage.Version}\"",
                "-isystem",
                headers,
                "-isystem",
                Path.Combine(headers, "pthreadpool"),
                s_sources[0],
                "-o",
                "libmobizo_executorch.so",
                .. Linked("."),
                "-Wl,-rpath,$ORIGIN",
            ]
        );
    }

    // The runtime's names of Android's C library are found when it is loaded.
    private static void BuildHost(string folder, string runtime) =>
        Tool.Run(
            folder,
            "g++",
            [
                .. s_options,
                "-isystem",
                ReleasedPackage.HeadersIn(PackageFolder),
                s_hostSources[0],
                "-o",
                "host",
                .. Linked(runtime),
                "-Wl,--allow-shlib-undefined",
                "-Wl,-rpath," + runtime,
            ]
        );

    private static string[] Linked(string folder) => ["-Wl,--no-as-needed", "-L" + folder, "-l:" + LibraryName, $"-l{Stub}", "-lm", "-ldl"];

    private static string StubSource()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Stub + ".c")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
