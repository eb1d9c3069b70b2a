namespace MobiZO.Export;

/// <summary>The programs of a model that can be written to a file.</summary>
public enum ProgramKind
{
    /// <summary>Perturbed copies to losses; with the update inside when the engine updates.</summary>
    Step,

    /// <summary>Log-probabilities of candidate answers.</summary>
    Score,

    /// <summary>
    /// The frozen part of prompts, without adapter: keys and values, or in scope all with adapters in the top layers the hidden states that
    /// enter them.
    /// </summary>
    Prefix,

    /// <summary>Generation from a whole prompt.</summary>
    Prefill,

    /// <summary>Generation of further tokens from a cache.</summary>
    Generate,

    /// <summary>The update of the trained state alone.</summary>
    Update,
}
