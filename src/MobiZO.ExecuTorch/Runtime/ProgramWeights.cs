namespace MobiZO.ExecuTorch.Runtime;

/// <summary>Data that delegates of programs ask for by name while a method is loaded; it lies outside of the programs.</summary>
internal sealed class ProgramWeights : IDisposable
{
    private readonly Dictionary<string, byte[]?> _known = new(StringComparer.Ordinal);

    /// <summary>None yet.</summary>
    public ProgramWeights()
    {
        ExecuTorchLibrary.Require();
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        ExecuTorchException.ThrowIfFailed(NativeMethods.CreateWeights(out var handle, error, error.Length), error, "ExecuTorch");
        Handle = handle;
    }

    /// <summary>The native side.</summary>
    internal WeightsHandle Handle { get; }

    /// <summary>Whether a name has its data.</summary>
    public bool Knows(string name) => _known.ContainsKey(name);

    /// <summary>Names a part of a mapped file that stays as long as methods that were loaded with it.</summary>
    public void Add(string name, nint data, long bytes)
    {
        if (_known.TryAdd(name, null))
        {
            Tell(name, data, bytes, isMapped: true);
        }
    }

    /// <summary>Names data that is made when the name is new.</summary>
    public unsafe void Add(string name, long bytes, Action<Stream> write)
    {
        if (_known.ContainsKey(name))
        {
            return;
        }

        var data = GC.AllocateUninitializedArray<byte>(checked((int)bytes), pinned: true);
        using var stream = new MemoryStream(data);
        write(stream);
        _known.Add(name, data);
        fixed (byte* start = data)
        {
            Tell(name, (nint)start, bytes, isMapped: false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    private void Tell(string name, nint data, long bytes, bool isMapped)
    {
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        var code = NativeMethods.AddWeight(Handle, name, data, bytes, isMapped ? 1 : 0, error, error.Length);
        ExecuTorchException.ThrowIfFailed(code, error, $"Weight '{name}'");
    }
}
