using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// The library that binds ExecuTorch, <c>libmobizo_executorch</c>: built from <c>native/executorch</c> against an SDK of the runtime. It
/// is looked for when it is first needed.
/// </summary>
internal sealed class ExecuTorchLibrary
{
    /// <summary>The environment variable that names the file of the library.</summary>
    public const string Variable = "MOBIZO_EXECUTORCH";

    private const string Name = "libmobizo_executorch";

    // A failure is not kept: the library may be there when it is asked for again.
    private static readonly Lock s_lock = new();
    private static ExecuTorchLibrary? s_loaded;

    private readonly nint _handle;

    static ExecuTorchLibrary() => NativeLibrary.SetDllImportResolver(typeof(ExecuTorchLibrary).Assembly, Resolve);

    private ExecuTorchLibrary(string path, nint handle, NativeMethods.VersionInfo version)
    {
        (Path, _handle) = (path, handle);
        ReadOnlySpan<byte> text = version.BuiltAgainst;
        BuiltAgainst = Encoding.UTF8.GetString(text[..text.IndexOf((byte)0)]);
        (Kernels, Backends, HasXnnpack) = (version.Kernels, version.Backends, version.HasXnnpack != 0);
    }

    /// <summary>The file of the library.</summary>
    public string Path { get; }

    /// <summary>The version of ExecuTorch that the library was built against; empty when its build did not say.</summary>
    public string BuiltAgainst { get; }

    /// <summary>The number of kernels that the runtime has.</summary>
    public int Kernels { get; }

    /// <summary>The number of delegates that the runtime has.</summary>
    public int Backends { get; }

    /// <summary>Whether XnnpackBackend is one of the delegates.</summary>
    public bool HasXnnpack { get; }

    /// <summary>The file name of the library on this system.</summary>
    public static string FileName =>
        Name
        + (
            OperatingSystem.IsWindows() ? ".dll"
            : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() ? ".dylib"
            : ".so"
        );

    /// <summary>Gives the library, which is loaded once in a process.</summary>
    /// <exception cref="ExecuTorchException">It is absent, cannot be loaded, or has another interface.</exception>
    public static ExecuTorchLibrary Require()
    {
        lock (s_lock)
        {
            if (s_loaded is null)
            {
                var path = Find(Environment.GetEnvironmentVariable(Variable), AppContext.BaseDirectory);
                var handle = LoadFile(path);
                s_loaded = new ExecuTorchLibrary(path, handle, ReadVersion(path, handle));
            }

            return s_loaded;
        }
    }

    /// <summary>Sets the number of threads of the runtime's pool, which all methods share.</summary>
    /// <param name="count">At least 1.</param>
    /// <exception cref="ExecuTorchException">A method is loaded, or the runtime has no pool.</exception>
    public void SetThreads(int count)
    {
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        ExecuTorchException.ThrowIfFailed(NativeMethods.Threads(count, error, error.Length), error, "ExecuTorch");
    }

    /// <summary>Finds the file of the library.</summary>
    /// <param name="named">The value of <see cref="Variable"/>.</param>
    /// <param name="folder">The folder of the program.</param>
    /// <exception cref="ExecuTorchException">Neither place holds it, or the named file does not exist.</exception>
    internal static string Find(string? named, string folder)
    {
        var beside = System.IO.Path.Combine(folder, FileName);
        if (named is { Length: > 0 })
        {
            return File.Exists(named)
                ? System.IO.Path.GetFullPath(named)
                : throw new ExecuTorchException(
                    $"ExecuTorch's library was not found: the environment variable {Variable} names {named}, and there is no such file. "
                        + $"Name the file of {FileName}, or unset the variable and put it beside the program: {beside}."
                );
        }

        return File.Exists(beside)
            ? beside
            : throw new ExecuTorchException(
                $"ExecuTorch's library was not found: the environment variable {Variable} is not set, and there is no {beside}. "
                    + "Build it from native/executorch against an ExecuTorch SDK, and put it there or name it in the variable."
            );
    }

    internal static nint LoadFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            throw new ExecuTorchException(
                $"ExecuTorch's library {path} cannot be loaded: {exception.Message.Trim()} Build it for this system "
                    + $"({RuntimeInformation.RuntimeIdentifier}), and keep the runtime's own library beside it.",
                exception
            );
        }
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? search) =>
        string.Equals(library, NativeMethods.Library, StringComparison.Ordinal) ? s_loaded?._handle ?? 0 : 0;

    // Called by its address: the declared functions are bound to the first library that answers, and this one may be refused.
    private static unsafe NativeMethods.VersionInfo ReadVersion(string path, nint handle)
    {
        if (!NativeLibrary.TryGetExport(handle, "mz_et_version", out var function))
        {
            throw new ExecuTorchException($"{path} is not the library that native/executorch builds: it has no function mz_et_version.");
        }

        NativeMethods.VersionInfo version;
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        fixed (byte* text = error)
        {
            var code = ((delegate* unmanaged<NativeMethods.VersionInfo*, byte*, int, int>)function)(&version, text, error.Length);
            ExecuTorchException.ThrowIfFailed(code, error, path);
        }

        return version.Api == NativeMethods.Api
            ? version
            : throw new ExecuTorchException(
                $"{path} has interface {version.Api}, and this version of MobiZO needs interface {NativeMethods.Api}. Build it again from "
                    + "the native/executorch of this version."
            );
    }
}
