namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>The parameters of a function, filter, test or method of the library.</summary>
/// <param name="name">Its name in error messages.</param>
/// <param name="isOpen">Whether it takes arguments beyond its parameters.</param>
/// <param name="parameters">Names of its parameters, the filtered or tested value left out.</param>
internal sealed class Signature(string name, bool isOpen, params string[] parameters)
{
    public string Name { get; } = name;

    public bool IsOpen { get; } = isOpen;

    public string[] Names { get; } = parameters;

    public IReadOnlyList<string> Parameters => Names;
}
