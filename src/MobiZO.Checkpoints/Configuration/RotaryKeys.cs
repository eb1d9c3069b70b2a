namespace MobiZO.Checkpoints.Configuration;

/// <summary>Where a config says how heads are rotated.</summary>
internal sealed record RotaryKeys
{
    /// <summary>The base, unless <c>rope_parameters</c> says it.</summary>
    public ConfigKey Theta { get; init; } = new("rope_theta", "rope.freq_base");

    /// <summary>The base where <c>config.json</c> says none; GGUF files mean 10000 then.</summary>
    public double DefaultTheta { get; init; } = 10000;

    /// <summary>The part of <c>rope_parameters</c>, of a family whose layers are rotated in two ways; null: there are no parts.</summary>
    public string? Section { get; init; }

    /// <summary>Whether the scaling beside <see cref="Theta"/> is meant for these layers.</summary>
    public bool IsScaled { get; init; } = true;
}
