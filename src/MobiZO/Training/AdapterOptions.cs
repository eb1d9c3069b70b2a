namespace MobiZO.Training;

/// <summary>The adapter that is trained.</summary>
public sealed record AdapterOptions
{
    /// <summary>r.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>lora_alpha; the adapter's output is scaled by alpha / r.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>target_modules: names (<c>q_proj,v_proj</c> or short <c>q,v</c>), a regular expression, or <c>all-linear</c>.</summary>
    public string TargetModules { get; init; } = "q_proj,v_proj";

    /// <summary>Decoder layers: <c>all</c>, <c>top-8</c>, or a list such as <c>0-3,7</c>.</summary>
    public string Layers { get; init; } = "all";

    /// <summary>Which tokens carry the adapter.</summary>
    public AdapterScope Scope { get; init; } = AdapterScope.Activated;

    /// <summary>Every error in these options; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Rank is < 1 or > 1024)
        {
            errors.Add($"r: expected 1 to 1024, found {Rank}");
        }

        if (!double.IsFinite(Alpha) || Alpha <= 0)
        {
            errors.Add(FormattableString.Invariant($"lora_alpha: expected a positive number, found {Alpha}"));
        }

        if (string.IsNullOrWhiteSpace(TargetModules))
        {
            errors.Add("target_modules: expected names, a regular expression or all-linear, found nothing");
        }

        return errors;
    }
}
