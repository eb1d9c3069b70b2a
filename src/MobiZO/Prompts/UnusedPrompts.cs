namespace MobiZO.Prompts;

/// <summary>Removes cache files that no run has used for a month: a changed model, template or program leaves files behind that nothing finds again.</summary>
internal static class UnusedPrompts
{
    /// <summary>Days after the last use.</summary>
    public const int KeptDays = 30;

    /// <summary>Notes that a file is used. Its last write says so, as many file systems do not keep the last access; the file itself never changes.</summary>
    public static void Touch(string path) => PromptFolder.Try(() => File.SetLastWriteTimeUtc(path, DateTime.UtcNow));

    /// <summary>Removes what was not used, in all folders of the cache, and folders that are empty then.</summary>
    /// <param name="root">The folder above those of <see cref="PromptFolder.PathOf"/>.</param>
    public static void Remove(string root)
    {
        var oldest = DateTime.UtcNow - TimeSpan.FromDays(KeptDays);
        foreach (var folder in PromptFolder.List(() => Directory.GetDirectories(root)))
        {
            string[] files = [.. PromptFolder.List(() => Directory.GetFiles(folder, "*" + PromptFolder.Extension)), .. PromptFolder.List(() => Directory.GetFiles(folder, PromptSegmentWriter.TemporaryPattern))];
            foreach (var file in files)
            {
                // On Windows a file in use refuses; on other systems its user keeps it until it is closed.
                PromptFolder.Try(() => RemoveIfOld(file, oldest));
            }

            if (files.Length > 0)
            {
                // Refused unless it is empty.
                PromptFolder.Try(() => Directory.Delete(folder));
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
