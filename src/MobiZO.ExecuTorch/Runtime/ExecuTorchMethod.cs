using System.Buffers;
using System.Runtime.CompilerServices;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// A loaded method: inputs are set, it is executed, outputs are read. One thread at a time uses it; several methods run side by side.
/// </summary>
internal sealed class ExecuTorchMethod : IDisposable
{
    private readonly string _place;
    private readonly MethodHandle _handle;
    private readonly MemoryHandle[] _pins;
    private readonly bool[] _isSet;

    internal ExecuTorchMethod(string place, MethodHandle handle)
    {
        (_place, _handle) = (place, handle);
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        Check(NativeMethods.InputCount(handle, out var inputs, error, error.Length), error);
        Check(NativeMethods.OutputCount(handle, out var outputs, error, error.Length), error);
        var (inputTensors, outputTensors) = (new ExecuTorchTensor[inputs], new ExecuTorchTensor[outputs]);
        for (var i = 0; i < inputs; i++)
        {
            Check(NativeMethods.InputInfo(handle, i, out var info, error, error.Length), error);
            inputTensors[i] = ExecuTorchTensor.Of(info);
        }

        for (var i = 0; i < outputs; i++)
        {
            Check(NativeMethods.OutputInfo(handle, i, out var info, error, error.Length), error);
            outputTensors[i] = ExecuTorchTensor.Of(info);
        }

        (Inputs, Outputs, _pins, _isSet) = (inputTensors, outputTensors, new MemoryHandle[inputs], new bool[inputs]);
    }

    /// <summary>The inputs, in the order of the method.</summary>
    public IReadOnlyList<ExecuTorchTensor> Inputs { get; }

    /// <summary>The outputs, in the order of the method.</summary>
    public IReadOnlyList<ExecuTorchTensor> Outputs { get; }

    /// <summary>
    /// Gives an input its values. An input that the program plans no memory for uses <paramref name="values"/> in place, in this and every
    /// later execution: what the caller writes there is seen, and what the method writes there the caller sees. It stays pinned until the
    /// input is set anew or the method is disposed. A planned input is copied, and set anew for every execution, because the method uses
    /// its memory for other values later.
    /// </summary>
    /// <exception cref="ExecuTorchException">There is no such input, or type or number of the values differ from its own.</exception>
    public unsafe void SetInput<T>(int index, Memory<T> values)
        where T : unmanaged
    {
        var input = TensorAt(Inputs, "input", index);
        CheckType<T>(input, "input", index);
        var pin = values.Pin();
        try
        {
            SetInput(index, (nint)pin.Pointer, (long)values.Length * Unsafe.SizeOf<T>());
        }
        catch
        {
            pin.Dispose();
            throw;
        }

        if (input.IsPlanned)
        {
            pin.Dispose();
        }
        else
        {
            _pins[index] = pin;
        }
    }

    /// <summary>
    /// Gives an input memory that does not move: used in place as by the other overload, it must stay until the input is set anew or the
    /// method is disposed.
    /// </summary>
    /// <param name="index">The place of the input.</param>
    /// <param name="data">The address of the first element.</param>
    /// <param name="bytes">The size of the data.</param>
    /// <exception cref="ExecuTorchException">There is no such input, or the size is not that of the input.</exception>
    public void SetInput(int index, nint data, long bytes)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var input = TensorAt(Inputs, "input", index);
        if (bytes != input.Bytes)
        {
            throw new ExecuTorchException($"Input {index} of {_place} is {input}, and {bytes} bytes were given.");
        }

        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        ReadOnlySpan<long> sizes = [.. input.Sizes];
        Check(NativeMethods.SetInput(_handle, index, (int)input.Type, sizes.Length, sizes, data, error, error.Length), error);
        _pins[index].Dispose();
        (_pins[index], _isSet[index]) = (default, true);
    }

    /// <summary>Runs the method.</summary>
    /// <exception cref="ExecuTorchException">An input is not set, or the runtime failed.</exception>
    public void Execute()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var unset = Array.IndexOf(_isSet, value: false);
        if (unset >= 0)
        {
            throw new ExecuTorchException($"Input {unset} of {_place} is not set. It is {Inputs[unset]}.");
        }

        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        Check(NativeMethods.Execute(_handle, error, error.Length), error);
        for (var i = 0; i < _isSet.Length; i++)
        {
            _isSet[i] &= !Inputs[i].IsPlanned;
        }
    }

    /// <summary>The values of an output, in the runtime's memory: valid until the next execution or until the method is disposed.</summary>
    /// <exception cref="ExecuTorchException">There is no such output, or its elements are of another type.</exception>
    public unsafe ReadOnlySpan<T> Output<T>(int index)
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        CheckType<T>(TensorAt(Outputs, "output", index), "output", index);
        Span<byte> error = stackalloc byte[NativeMethods.ErrorCapacity];
        Check(NativeMethods.Output(_handle, index, out var data, out var bytes, error, error.Length), error);
        return new ReadOnlySpan<T>((void*)data, checked((int)(bytes / Unsafe.SizeOf<T>())));
    }

    /// <summary>Unloads the method and lets go of the memory of its inputs.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        foreach (ref var pin in _pins.AsSpan())
        {
            pin.Dispose();
        }
    }

    private void Check(int code, ReadOnlySpan<byte> error) => ExecuTorchException.ThrowIfFailed(code, error, $"In {_place}");

    private ExecuTorchTensor TensorAt(IReadOnlyList<ExecuTorchTensor> tensors, string kind, int index) =>
        index >= 0 && index < tensors.Count
            ? tensors[index]
            : throw new ExecuTorchException($"There is no {kind} {index} in {_place}: it has {tensors.Count} {kind}s, counted from 0.");

    private void CheckType<T>(ExecuTorchTensor tensor, string kind, int index)
        where T : unmanaged
    {
        if (!tensor.Holds<T>())
        {
            throw new ExecuTorchException(
                $"The {kind} {index} of {_place} is {tensor}, and elements of type {typeof(T).Name} were asked for."
            );
        }
    }
}
