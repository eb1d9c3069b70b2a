using System.Text;

namespace MobiZO.Cli.Reporting;

/// <summary>Paths as they must be typed, whatever characters they hold: a pasted hint names the path and runs nothing else.</summary>
internal static class ShellText
{
    /// <summary>The path for the shell of this system.</summary>
    public static string Quote(string path) => OperatingSystem.IsWindows() ? ForPowerShell(path) : ForPosix(path);

    /// <summary>For sh, bash, zsh and the like; control characters are written as bash and zsh read them.</summary>
    public static string ForPosix(string path)
    {
        path = path.StartsWith('-') ? $"./{path}" : path;
        return path.Length > 0 && path.All(IsPlain) ? path
            : path.Any(char.IsControl) ? $"$'{string.Concat(path.Select(Escape))}'"
            : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>For PowerShell and, where the path has none of their special characters, for cmd too.</summary>
    public static string ForPowerShell(string path) =>
        path.Length > 0 && path.All(character => IsPlain(character) || character == '\\') ? path
        : path.AsSpan().IndexOfAny("$`%") < 0 ? $"\"{path}\""
        : $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '/' or '.' or '_' or '-' or ':';

    private static string Escape(char character)
    {
        if (character is '\'' or '\\')
        {
            return $"\\{character}";
        }

        if (!char.IsControl(character))
        {
            return character.ToString();
        }

        // Three octal digits for each byte: what follows cannot be read as part of it.
        var bytes = Encoding.UTF8.GetBytes([character]);
        return character == '\n' ? "\\n" : string.Concat(bytes.Select(value => "\\" + Convert.ToString(value, 8).PadLeft(3, '0')));
    }
}
