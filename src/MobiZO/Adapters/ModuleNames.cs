using System.Globalization;

namespace MobiZO.Adapters;

/// <summary>What the dotted name of a module tells.</summary>
internal static class ModuleNames
{
    /// <summary>The layer a module belongs to: the last whole number among the parts before the last; null when there is none.</summary>
    public static int? LayerOf(string name)
    {
        var parts = name.Split('.');
        for (var index = parts.Length - 2; index >= 0; index--)
        {
            if (TryParseIndex(parts[index], out var layer))
            {
                return layer;
            }
        }

        return null;
    }

    /// <summary>The part behind the last dot.</summary>
    public static string LastPart(string name) => name[(name.LastIndexOf('.') + 1)..];

    /// <summary>True when the name is the ending or ends with it at a dot.</summary>
    public static bool EndsWith(string name, string ending) =>
        name.EndsWith(ending, StringComparison.Ordinal) && (name.Length == ending.Length || name[name.Length - ending.Length - 1] == '.');

    /// <summary>Reads a part that is a plain whole number.</summary>
    public static bool TryParseIndex(string part, out int value) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
