using System.Text;

namespace MobiZO.Tests.Data;

/// <summary>A file of its own folder that goes away with the test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-data-").FullName;

    public TemporaryFile(string name, string content)
        : this(name, Encoding.UTF8.GetBytes(content)) { }

    public TemporaryFile(string name, byte[] content)
    {
        Path = System.IO.Path.Combine(_folder, name);
        File.WriteAllBytes(Path, content);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
