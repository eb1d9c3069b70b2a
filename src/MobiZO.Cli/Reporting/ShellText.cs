namespace MobiZO.Cli.Reporting;

/// <summary>Values as they must be typed.</summary>
internal static class ShellText
{
    public static string Quote(string value) => value.Length > 0 && value.All(IsPlain) ? value : $"\"{value}\"";

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '/' or '\\' or '.' or '_' or '-' or ':';
}
