namespace MobiZO.Checkpoints;

/// <summary>Weights that come from files, whose every byte counts.</summary>
internal interface IContentSource
{
    /// <summary>
    /// Hash of every byte of the files, hexadecimal. Files that were read whole before, and have the same stamp since, are not read again.
    /// </summary>
    /// <param name="cacheFolder">The folder for what can be made again.</param>
    string ContentHash(string cacheFolder);

    /// <summary>Gives the pages of the files back to the system; those that are read again come in again.</summary>
    void ReleasePages();
}
