using System.Text;

namespace MobiZO.Checkpoints.Storage;

/// <summary>Files that a failed download leaves in the place of the real one.</summary>
internal static class ForeignFile
{
    /// <summary>Bytes that are enough to know them.</summary>
    public const int StartBytes = 512;

    private const string Pointer = "version https://git-lfs.github.com/spec/";

    /// <summary>What a file really is, and what to do; null when nothing is known of it.</summary>
    /// <param name="start">Its first bytes, <see cref="StartBytes"/> of them if it has as many.</param>
    /// <param name="length">Bytes of the file.</param>
    public static string? Describe(ReadOnlySpan<byte> start, long length)
    {
        string text = Encoding.UTF8.GetString(start).TrimStart('\uFEFF').TrimStart();
        if (text.StartsWith(Pointer, StringComparison.Ordinal))
        {
            return FormattableString.Invariant(
                $"this is a git-lfs pointer of {length} bytes, not the file. Run 'git lfs pull' in its folder, or download the file itself."
            );
        }

        string[] pages = ["<!doctype html", "<html", "<head", "<?xml"];
        return pages.Any(page => text.StartsWith(page, StringComparison.OrdinalIgnoreCase))
            ? FormattableString.Invariant(
                $"this is a web page (HTML) of {length} bytes, not the file. The download may need a login; download the file itself."
            )
            : null;
    }

    /// <summary>Refuses a file that is known to be another.</summary>
    /// <exception cref="CheckpointException">It is a pointer or a page.</exception>
    public static void Refuse(string path, ReadOnlySpan<byte> bytes)
    {
        if (Describe(bytes[..Math.Min(StartBytes, bytes.Length)], bytes.Length) is { } what)
        {
            throw new CheckpointException($"{path}: {what}");
        }
    }

    /// <inheritdoc cref="Refuse(string, ReadOnlySpan{byte})"/>
    public static void Refuse(string path)
    {
        using var file = MappedFile.Open(path);
        Refuse(file);
    }

    /// <inheritdoc cref="Refuse(string, ReadOnlySpan{byte})"/>
    public static void Refuse(MappedFile file)
    {
        using MappedBytes bytes = file.Borrow();
        if (Describe(bytes.Slice(0, (int)Math.Min(StartBytes, file.Length)), file.Length) is { } what)
        {
            throw new CheckpointException($"{file.Path}: {what}");
        }
    }
}
