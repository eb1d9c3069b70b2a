namespace MobiZO.Models;

/// <summary>The programs of a model that can be written to a file.</summary>
public enum ProgramKind
{
    /// <summary>Perturbed copies to losses; with the update inside when the engine updates.</summary>
    Step,

    /// <summary>Log-probabilities of candidate answers.</summary>
    Score,

    /// <summary>Keys and values of prompts, without adapter.</summary>
    Prefix,

    /// <summary>Generation from a whole prompt.</summary>
    Prefill,

    /// <summary>Generation of further tokens from a cache.</summary>
    Generate,

    /// <summary>The update of the trained state alone.</summary>
    Update,
}
