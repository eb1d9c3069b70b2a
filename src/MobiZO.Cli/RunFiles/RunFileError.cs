namespace MobiZO.Cli.RunFiles;

/// <summary>Errors in run files, with their place.</summary>
internal static class RunFileError
{
    public static string Text(string path, long line, long column, string what) =>
        FormattableString.Invariant($"{path}, line {line}, column {column}: {what}");

    public static CommandException At(string path, long line, long column, string what) =>
        new(ExitCodes.Usage, Text(path, line, column, what));
}
