using System.Text;

namespace MobiZO.Checkpoints.Storage;

/// <summary>Says, before any work, whether a file that is written would take the place of one that is read.</summary>
internal static class OutputPlace
{
    private static readonly StringComparison s_comparison = OperatingSystem.IsLinux()
        ? StringComparison.Ordinal
        : StringComparison.OrdinalIgnoreCase;

    /// <summary>The path with every link in it followed; what does not exist is kept as it is written.</summary>
    public static string Real(string path)
    {
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        foreach (var part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            real = Target(real) ?? real;
        }

        return real;
    }

    /// <summary>Whether two paths name one file or folder, in whatever spelling and through whatever links.</summary>
    public static bool IsSame(string first, string second) => Real(first).Equals(Real(second), s_comparison);

    /// <summary>Whether a path is a folder or lies in it.</summary>
    public static bool IsWithin(string path, string folder)
    {
        var (inner, outer) = (Real(path), Path.TrimEndingDirectorySeparator(Real(folder)));
        return inner.Equals(outer, s_comparison) || inner.StartsWith(outer + Path.DirectorySeparatorChar, s_comparison);
    }

    /// <summary>Writes lines so that the path holds the old file or the whole new one; a pipe or a device gets them as they come.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteLines(string path, IEnumerable<string> lines)
    {
        if (FileKind.IsStream(path))
        {
            File.WriteAllLines(path, lines);
            return;
        }

        AtomicFile.Write(
            Real(path),
            stream =>
            {
                using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
                foreach (var line in lines)
                {
                    writer.WriteLine(line);
                }
            }
        );
    }

    private static string? Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? Real(target.FullName) : null;
        }
        catch (IOException)
        {
            // Nothing is there, or links that go round in a circle: the path stands for itself.
            return null;
        }
    }
}
