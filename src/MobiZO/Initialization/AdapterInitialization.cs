namespace MobiZO.Initialization;

/// <summary>Where the frozen A of a fresh adapter comes from. B always starts at zero, so that the adapter changes nothing.</summary>
public enum AdapterInitialization
{
    /// <summary>Discriminant for label words in scope activated, else Kaiming.</summary>
    Auto,

    /// <summary>Kaiming-uniform with a = sqrt 5, drawn from the seed: as in LoRA-FA.</summary>
    Kaiming,

    /// <summary>
    /// From the training prompts, by forward passes: one row for what all prompts have in common, then the directions that tell the labels
    /// apart (Fisher's linear discriminant), then principal directions. A rank of as many as there are labels holds the first two.
    /// </summary>
    Discriminant,
}
