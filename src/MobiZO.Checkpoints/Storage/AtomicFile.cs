namespace MobiZO.Checkpoints.Storage;

/// <summary>Writes whole files or nothing.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes a file: whenever the process dies, the path holds the old file or the new one. When <paramref name="write"/> throws, the old
    /// file stays and nothing is left beside it.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<FileStream> write)
    {
        using var staged = StagedFile.For(path);
        write(staged.Stream);
        staged.Commit(path);
    }

    /// <summary>Writes a small file.</summary>
    /// <inheritdoc cref="Write(string, Action{FileStream})"/>
    public static void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));
}
