using System.Text.Json.Serialization;
using MobiZO.Initialization;

namespace MobiZO;

/// <summary>The adapter that is trained.</summary>
public sealed record AdapterOptions
{
    /// <summary>r when nothing is said and A is drawn at random.</summary>
    public const int RandomRank = 8;

    /// <summary>Largest r that is chosen for label words when nothing is said; the trained values grow with it.</summary>
    public const int MostLabelRank = 16;

    /// <summary>r; null: the number of label words (at most 16) with <see cref="AdapterInitialization.Discriminant"/>, else 8.</summary>
    public int? Rank { get; init; }

    /// <summary>lora_alpha; the adapter's output is scaled by alpha / r. Null: 2 r.</summary>
    public double? Alpha { get; init; }

    /// <summary>Where the frozen A comes from.</summary>
    public AdapterInitialization Initialization { get; init; } = AdapterInitialization.Auto;

    /// <summary>
    /// target_modules: names (<c>q_proj,v_proj</c> or short <c>q,v</c>), a regular expression, <c>all-linear</c>, or <c>auto</c> for the
    /// projection of attention's output under the name that the model's family gives it.
    /// </summary>
    public string TargetModules { get; init; } = "auto";

    /// <summary>
    /// Decoder layers: <c>all</c>, <c>upper-half</c>, <c>top-8</c>, or a list such as <c>0-3,7</c>. Null: the upper half with
    /// <see cref="AdapterInitialization.Discriminant"/>, else all; all also where <see cref="TargetModules"/> is a regular expression,
    /// which names layers itself.
    /// </summary>
    public string? Layers { get; init; }

    /// <summary>
    /// Which tokens carry the adapter; null: <see cref="AdapterScope.Activated"/> where all training prompts end in the same tokens, as
    /// those of a template or a chat do, else <see cref="AdapterScope.All"/>.
    /// </summary>
    public AdapterScope? Scope { get; init; }

    /// <summary>The scope where no rows decide it.</summary>
    internal AdapterScope ScopeOrDefault => Scope ?? AdapterScope.Activated;

    /// <summary>
    /// An adapter to start from, as it is: a folder of the peft library or a GGUF file. It decides rank, alpha, modules, layers and scope;
    /// its A stays, its B is trained on. Null: a new adapter.
    /// </summary>
    public string? StartFrom { get; init; }

    /// <summary>Whether <see cref="StartFrom"/> may have been made on a model with other files.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IgnoreBaseMismatch { get; init; }

    /// <summary>Every error in these options; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (Rank is < 1 or > 1024)
        {
            errors.Add($"Rank: expected 1 to 1024, found {Rank}");
        }

        if (Alpha is { } alpha && (!double.IsFinite(alpha) || alpha <= 0))
        {
            errors.Add(FormattableString.Invariant($"Alpha: expected a positive number, found {Alpha}"));
        }

        if (Initialization == AdapterInitialization.Discriminant && Scope == AdapterScope.All)
        {
            errors.Add(
                "Initialization: AdapterInitialization.Discriminant reads the last prompt tokens and needs AdapterOptions.Scope Activated; "
                    + "set it to Kaiming with AdapterOptions.Scope All"
            );
        }

        if (string.IsNullOrWhiteSpace(TargetModules))
        {
            errors.Add("TargetModules: expected names, a regular expression or all-linear, found nothing");
        }

        if (StartFrom is not null && (Layers is not (null or "all") || TargetModules != "auto"))
        {
            errors.Add(
                "StartFrom: the adapter decides modules and layers; leave AdapterOptions.TargetModules and AdapterOptions.Layers out"
            );
        }

        if (StartFrom is not null && Initialization == AdapterInitialization.Discriminant)
        {
            errors.Add("StartFrom: the adapter has its A; leave AdapterOptions.Initialization out");
        }

        return errors;
    }
}
