namespace MobiZO.Checkpoints.Configuration;

/// <summary>What people should know of a family.</summary>
/// <param name="models">Names of published models.</param>
/// <param name="traits">What it has of its own.</param>
/// <param name="defaultTarget">The module of a layer that an adapter acts on when nothing else is said.</param>
/// <param name="storedAs">
/// <c>general.architecture</c> of its GGUF files where that is another family's name, so that they are read as that one; null: its own.
/// </param>
internal sealed class FamilyFacts(string models, string traits, string defaultTarget, string? storedAs = null)
{
    public string Models => models;

    public string Traits => traits;

    public string DefaultTarget => defaultTarget;

    public string? StoredAs => storedAs;
}
