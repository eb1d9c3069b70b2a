using MobiZO.Checkpoints.Safetensors;

namespace MobiZO.Checkpoints.Tests.Safetensors;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Written_tensors_read_back()
    {
        string path = Path.Combine(_folder.Path, "a.safetensors");
        SafetensorsWriter.Write(
            path,
            [("b", [2, 2], [1, 2, 3, 4]), ("a", [], [-0.5f]), ("é", [0], [])],
            new Dictionary<string, string> { ["z"] = "1", ["format"] = "pt" }
        );
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(["a", "b", "é"], file.Tensors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3, 4], file.ReadFloat32("b"));
        Assert.Equal([2, 2], file.Tensors["b"].Shape);
        Assert.Equal([-0.5f], file.ReadFloat32("a"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(0, file.Tensors["a"].Offset % 8);
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Order_of_tensors_does_not_change_the_bytes()
    {
        string one = Path.Combine(_folder.Path, "one"),
            two = Path.Combine(_folder.Path, "two");
        SafetensorsWriter.Write(one, [("a", [1], [1]), ("b", [1], [2])], new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        SafetensorsWriter.Write(two, [("b", [1], [2]), ("a", [1], [1])], new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });
        Assert.Equal(File.ReadAllBytes(one), File.ReadAllBytes(two));
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        string path = Path.Combine(_folder.Path, "x");
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [("a", [2], [1])]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [("a", [1], [1]), ("a", [1], [1])]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [("__metadata__", [1], [1])]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [("a", [-1, -1], [1])]));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_missing_folder_is_reported() =>
        Assert.Throws<IOException>(() => SafetensorsWriter.Write(Path.Combine(_folder.Path, "missing", "x"), [("a", [1], [1])]));
}
