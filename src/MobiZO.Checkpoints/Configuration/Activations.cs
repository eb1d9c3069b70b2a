using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>The names that <c>config.json</c> gives to non-linear functions.</summary>
/// <remarks>Source: transformers, <c>activations.py</c>.</remarks>
internal static class Activations
{
    private static readonly Dictionary<string, ActivationKind> s_all = new(StringComparer.Ordinal)
    {
        ["silu"] = ActivationKind.Silu,
        ["swish"] = ActivationKind.Silu,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_python"] = ActivationKind.Gelu,
        ["gelu_new"] = ActivationKind.GeluTanh,
        ["gelu_fast"] = ActivationKind.GeluTanh,
        ["gelu_pytorch_tanh"] = ActivationKind.GeluTanh,
        ["relu"] = ActivationKind.Relu,
    };

    /// <summary>The function of a key; GGUF files never say it.</summary>
    /// <param name="source">The config.</param>
    /// <param name="key">The key in <c>config.json</c>.</param>
    /// <param name="whenAbsent">What it means when it is absent.</param>
    /// <exception cref="CheckpointException">The function is not known.</exception>
    public static ActivationKind Read(ConfigSource source, string key, ActivationKind whenAbsent)
    {
        var place = new ConfigKey(key, null);
        return source.OptionalText(place) is not { } name ? whenAbsent
            : s_all.TryGetValue(name, out ActivationKind kind) ? kind
            : throw source.Bad(place, $"a supported function ({string.Join(", ", s_all.Keys)})");
    }
}
