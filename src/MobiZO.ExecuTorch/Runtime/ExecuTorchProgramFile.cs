using System.Runtime.InteropServices;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// An open file of ExecuTorch (<c>.pte</c>) with its methods. The file is mapped and must stay unchanged while it is open.
/// </summary>
internal sealed class ExecuTorchProgramFile : IDisposable
{
    // Error codes of the runtime's error.h.
    private const int OperatorMissing = 0x14;
    private const int NotFound = 0x20;

    private readonly ProgramHandle _handle;

    private ExecuTorchProgramFile(string path, ProgramHandle handle)
    {
        (Path, _handle) = (path, handle);
        Methods = ReadMethods();
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>The names of the methods, in the order of the file.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Opens a file. The weights in it are read when a method uses them.</summary>
    /// <exception cref="ExecuTorchException">
    /// The library is absent, the file does not exist, or the runtime does not take it.
    /// </exception>
    public static ExecuTorchProgramFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ExecuTorchException($"There is no ExecuTorch program {path}.");
        }

        ExecuTorchLibrary.Require();
        ProgramFileCheck.Check(path);
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        var code = NativeMethods.Open(path, out var handle, error, error.Length);
        try
        {
            ExecuTorchException.ThrowIfFailed(
                code,
                error,
                $"ExecuTorch program {path}",
                "Expected a whole .pte file of the runtime's release. Write it again for this release."
            );
            return new ExecuTorchProgramFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Loads a method: its memory is allocated, and its delegates prepare their weights.</summary>
    /// <exception cref="ExecuTorchException">
    /// There is no such method, the runtime lacks one of its kernels or delegates, or memory ran out.
    /// </exception>
    public ExecuTorchMethod Load(string method, ProgramWeights? weights = null)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (!Methods.Contains(method, StringComparer.Ordinal))
        {
            throw new ExecuTorchException(
                $"ExecuTorch program {Path} has no method '{method}'. It has: {string.Join(", ", Methods.Select(name => $"'{name}'"))}."
            );
        }

        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        var code = NativeMethods.Load(_handle, method, weights?.Handle ?? WeightsHandle.None, out var handle, error, error.Length);
        try
        {
            ExecuTorchException.ThrowIfFailed(
                code,
                error,
                $"ExecuTorch program {Path}",
                code == OperatorMissing || code == NotFound ? $"Build the library with what is missing; it is {LibraryFacts()}." : ""
            );
            handle.Keep(_handle);
            if (weights is not null)
            {
                handle.Keep(weights.Handle);
            }

            return new ExecuTorchMethod($"method '{method}' of ExecuTorch program {Path}", handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Closes the file once its methods are disposed too.</summary>
    public void Dispose() => _handle.Dispose();

    private static string LibraryFacts()
    {
        var library = ExecuTorchLibrary.Require();
        return $"{library.Path}, with {library.Kernels} kernels and {(library.HasXnnpack ? "" : "no ")}XnnpackBackend";
    }

    private string[] ReadMethods()
    {
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        var place = $"ExecuTorch program {Path}";
        ExecuTorchException.ThrowIfFailed(NativeMethods.MethodCount(_handle, out var count, error, error.Length), error, place);
        var names = new string[count];
        for (var i = 0; i < count; i++)
        {
            ExecuTorchException.ThrowIfFailed(NativeMethods.MethodName(_handle, i, out var name, error, error.Length), error, place);
            names[i] = Marshal.PtrToStringUTF8(name) ?? "";
        }

        return names;
    }
}
