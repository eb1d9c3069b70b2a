using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>The functions of <c>native/executorch/mobizo_executorch.h</c>, which says what they do.</summary>
internal static partial class NativeMethods
{
    /// <summary>The name that <see cref="ExecuTorchLibrary"/> resolves.</summary>
    public const string Library = "mobizo_executorch";

    /// <summary>The interface that is written down here.</summary>
    public const int Api = 2;

    /// <summary>Room for an error text, in bytes.</summary>
    public const int ErrorCapacity = 2048;

    public const int MostDimensions = 16;

    private const int VersionLength = 64;

    [LibraryImport(Library, EntryPoint = "mz_et_threads")]
    public static partial int Threads(int count, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, out ProgramHandle program, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_close")]
    public static partial void Close(nint program);

    [LibraryImport(Library, EntryPoint = "mz_et_method_count")]
    public static partial int MethodCount(ProgramHandle program, out int count, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_method_name")]
    public static partial int MethodName(ProgramHandle program, int index, out nint name, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_weights_create")]
    public static partial int CreateWeights(out WeightsHandle weights, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_weights_add", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AddWeight(
        WeightsHandle weights,
        string name,
        nint data,
        long bytes,
        int mapped,
        Span<byte> error,
        int capacity
    );

    [LibraryImport(Library, EntryPoint = "mz_et_weights_destroy")]
    public static partial void DestroyWeights(nint weights);

    [LibraryImport(Library, EntryPoint = "mz_et_load", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Load(
        ProgramHandle program,
        string name,
        WeightsHandle weights,
        out MethodHandle method,
        Span<byte> error,
        int capacity
    );

    [LibraryImport(Library, EntryPoint = "mz_et_unload")]
    public static partial void Unload(nint method);

    [LibraryImport(Library, EntryPoint = "mz_et_input_count")]
    public static partial int InputCount(MethodHandle method, out int count, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_output_count")]
    public static partial int OutputCount(MethodHandle method, out int count, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_input_info")]
    public static partial int InputInfo(MethodHandle method, int index, out TensorInfo info, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_output_info")]
    public static partial int OutputInfo(MethodHandle method, int index, out TensorInfo info, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_set_input")]
    public static partial int SetInput(
        MethodHandle method,
        int index,
        int scalarType,
        int rank,
        ReadOnlySpan<long> sizes,
        nint data,
        Span<byte> error,
        int capacity
    );

    [LibraryImport(Library, EntryPoint = "mz_et_execute")]
    public static partial int Execute(MethodHandle method, Span<byte> error, int capacity);

    [LibraryImport(Library, EntryPoint = "mz_et_output")]
    public static partial int Output(MethodHandle method, int index, out nint data, out long bytes, Span<byte> error, int capacity);

    [StructLayout(LayoutKind.Sequential)]
    public struct VersionInfo
    {
        public int Api;
        public int Kernels;
        public int Backends;
        public int HasXnnpack;
        public VersionText BuiltAgainst;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TensorInfo
    {
        public int ScalarType;
        public int Rank;
        public int MemoryPlanned;
        public int Reserved;
        public long Bytes;
        public SizeList Sizes;
    }

    // The one field of an inline array is its element.
#pragma warning disable RCS1213
    [InlineArray(VersionLength)]
    public struct VersionText
    {
        private byte _first;
    }

    [InlineArray(MostDimensions)]
    public struct SizeList
    {
        private long _first;
    }
#pragma warning restore RCS1213
}
