using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints;

/// <summary>
/// Named fp32 views of a checkpoint's tensors, by their Hugging Face names; linear weights are [out, in] however the files hold them.
/// </summary>
public interface IWeightSource
{
    /// <summary>Changes whenever the weights may have changed; part of cache keys.</summary>
    string Fingerprint { get; }

    /// <summary>Names of all tensors.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Shape of a tensor, or null when the checkpoint has none of that name.</summary>
    IReadOnlyList<int>? FindShape(string name);

    /// <summary>What a tensor is for, or null when the checkpoint has none of that name.</summary>
    TensorRole? FindRole(string name);

    /// <summary>
    /// Reads elements [<paramref name="start"/>, start + destination.Length) of the row-major tensor, dequantised to fp32. Only what is
    /// asked is read.
    /// </summary>
    /// <exception cref="CheckpointException">No such tensor, or the range is outside it.</exception>
    void Read(string name, long start, Span<float> destination);
}
