namespace MobiZO.Checkpoints.Storage;

/// <summary>
/// The folder for what can be made again: converted weights, lowered programs, computed prompts, data of the quick start.
/// </summary>
public static class CacheRoot
{
    /// <summary>The environment variable that names another folder.</summary>
    public const string Variable = "MOBIZO_CACHE";

    /// <summary>
    /// The folder named by <see cref="Variable"/>, or <c>mobizo</c> in the user's cache folder (without a home, in the one for temporary
    /// files).
    /// </summary>
    public static string Default =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? folder : Path.Combine(UserCache(), "mobizo");

    private static string UserCache()
    {
        if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } folder)
        {
            return folder;
        }

        // Empty where there is no such folder; a path from it would lie in whatever folder the program was called from.
        var home = Environment.GetFolderPath(
            OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile
        );
        return home.Length == 0 ? Path.Combine(Path.GetTempPath(), $"cache-{Environment.UserName}")
            : OperatingSystem.IsWindows() ? home
            : Path.Combine(home, ".cache");
    }
}
