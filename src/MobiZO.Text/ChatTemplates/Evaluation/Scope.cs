using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates.Evaluation;

/// <summary>Names visible at one place of a template: those set here, then those of the scopes around.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Dictionary<string, TemplateValue> _names = new(StringComparer.Ordinal);

    /// <summary>Number of scopes around.</summary>
    public int Level { get; } = parent is null ? 0 : parent.Level + 1;

    private Scope? Parent { get; } = parent;

    public void Set(string name, TemplateValue value) => _names[name] = value;

    public TemplateValue? Find(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope._names.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }
}
