namespace MobiZO.Cli.Reporting;

/// <summary>Values as they must be typed.</summary>
internal static class ShellText
{
    public static string Quote(string value) => value.All(character => char.IsAsciiLetterOrDigit(character) || character is '/' or '\\' or '.' or '_' or '-' or ':') && value.Length > 0
        ? value
        : $"\"{value}\"";
}
