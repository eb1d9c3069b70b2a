namespace MobiZO.Programs.Building;

/// <summary>A named tensor of a program: an input or the result of an operation.</summary>
/// <param name="Name">Unique within the program.</param>
/// <param name="Type">What the elements are.</param>
/// <param name="Shape">Extents, constant or symbolic.</param>
public sealed record Value(string Name, ElementType Type, Shape Shape)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type} {Shape}";
}
