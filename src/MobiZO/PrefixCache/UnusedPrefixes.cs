using MobiZO.Checkpoints.Storage;

namespace MobiZO.PrefixCache;

/// <summary>
/// Removes cache files that no run has used for a month: a changed model, template or program leaves files behind that nothing finds again.
/// </summary>
internal static class UnusedPrefixes
{
    /// <summary>Days after the last use.</summary>
    public const int KeptDays = 30;

    /// <summary>
    /// Notes that a file is used. Its last write says so, as many file systems do not keep the last access; the file itself never changes.
    /// </summary>
    public static void Touch(string path) => PrefixFolder.Try(() => File.SetLastWriteTimeUtc(path, DateTime.UtcNow));

    /// <summary>Removes what was not used, in all folders of the cache, and folders that are empty then.</summary>
    /// <param name="root">The folder above those of <see cref="PrefixFolder.PathOf"/>.</param>
    public static void Remove(string root)
    {
        var oldest = DateTime.UtcNow - TimeSpan.FromDays(KeptDays);
        foreach (var folder in PrefixFolder.List(() => Directory.GetDirectories(root)))
        {
            string[] files =
            [
                .. PrefixFolder.List(() => Directory.GetFiles(folder, "*" + PrefixFolder.Extension)),
                .. PrefixFolder.List(() => Directory.GetFiles(folder, StagedFile.Pattern)),
            ];
            foreach (var file in files)
            {
                // On Windows a file in use refuses; on other systems its user keeps it until it is closed.
                PrefixFolder.Try(() => RemoveIfOld(file, oldest));
            }

            if (files.Length > 0)
            {
                // Refused unless it is empty.
                PrefixFolder.Try(() => Directory.Delete(folder));
            }
        }
    }

    private static void RemoveIfOld(string file, DateTime oldest)
    {
        if (File.GetLastWriteTimeUtc(file) < oldest)
        {
            File.Delete(file);
        }
    }
}
