using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;

namespace MobiZO.ExecuTorch.Tests.Runtime;

/// <summary>Missing libraries, files and methods, and broken files, are told with their place.</summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class ExecuTorchErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_missing_library_is_told_with_both_places()
    {
        var message = Assert.Throws<ExecuTorchException>(() => ExecuTorchLibrary.Find(null, _folder.Path)).Message;
        Assert.Contains("environment variable MOBIZO_EXECUTORCH is not set", message);
        Assert.Contains(_folder[ExecuTorchLibrary.FileName], message);
    }

    [Fact]
    public void A_named_library_that_is_missing_is_not_replaced()
    {
        File.WriteAllText(_folder[ExecuTorchLibrary.FileName], "");
        Assert.Equal(_folder[ExecuTorchLibrary.FileName], ExecuTorchLibrary.Find("", _folder.Path));
        var named = _folder["elsewhere.so"];
        Assert.Contains($"names {named}", Assert.Throws<ExecuTorchException>(() => ExecuTorchLibrary.Find(named, _folder.Path)).Message);
    }

    [Fact]
    public void A_library_that_is_none_is_told()
    {
        File.WriteAllText(_folder["text.so"], "no library");
        var message = Assert.Throws<ExecuTorchException>(() => ExecuTorchLibrary.LoadFile(_folder["text.so"])).Message;
        Assert.Contains($"ExecuTorch's library {_folder["text.so"]} cannot be loaded", message);
    }

    [ExecuTorchFact]
    public void A_missing_file_is_told()
    {
        var path = _folder["absent.pte"];
        Assert.Equal($"There is no ExecuTorch program {path}.", Assert.Throws<ExecuTorchException>(() => Open(path)).Message);
    }

    [ExecuTorchFact]
    public void A_missing_method_is_told_with_those_there_are()
    {
        using var program = ExecuTorchProgramFile.Open(Programs.MmAdd);
        Assert.Equal(
            $"ExecuTorch program {Programs.MmAdd} has no method 'step'. It has: 'forward'.",
            Assert.Throws<ExecuTorchException>(() => program.Load("step")).Message
        );
    }

    [ExecuTorchTheory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(5000)]
    public void A_shortened_file_is_refused(int length) => AssertRefused(File.ReadAllBytes(Programs.MmAdd)[..length]);

    [ExecuTorchFact]
    public void Another_file_is_refused() => AssertRefused([.. Enumerable.Range(0, 10_000).Select(i => (byte)i)]);

    [ExecuTorchTheory]
    [InlineData(0)]
    [InlineData(60)]
    [InlineData(72)]
    [InlineData(276)]
    public void Broken_offsets_are_refused(int at)
    {
        var bytes = File.ReadAllBytes(Programs.MmAdd);
        bytes.AsSpan(at, 4).Fill(0xff);
        AssertRefused(bytes);
    }

    /// <summary>Whatever a byte says, the process lives: the file is refused by one of the two, or its method is loaded.</summary>
    [ExecuTorchFact]
    public void Changed_bytes_end_in_messages()
    {
        var whole = File.ReadAllBytes(Programs.XnnpackLinear);
        var program = BitConverter.ToInt32(whole, 16);
        var refused = 0;
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. whole];
            bytes[random.Next(program)] = (byte)random.Next(256);
            try
            {
                using var file = Open(Write(bytes));
                using var method = file.Load("forward");
            }
            catch (ExecuTorchException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 299);
    }

    [ExecuTorchFact]
    public void A_kernel_that_the_runtime_lacks_is_named()
    {
        var bytes = File.ReadAllBytes(Programs.MmAdd);
        "aten::zz"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("aten::mm"u8)));
        using var program = Open(Write(bytes));
        var exception = Assert.Throws<ExecuTorchException>(() => program.Load("forward"));
        Assert.Equal(0x14, exception.Code);
        Assert.Contains("cannot load method forward (Error::OperatorMissing, 0x14): ", exception.Message);
        Assert.Contains("aten::zz.out", exception.Message);
        Assert.Contains("kernels and XnnpackBackend", exception.Message);
    }

    [ExecuTorchFact]
    public void A_delegate_that_the_runtime_lacks_is_named()
    {
        var bytes = File.ReadAllBytes(Programs.XnnpackLinear);
        "XnnpackBackenz"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("XnnpackBackend"u8)));
        using var program = Open(Write(bytes));
        var exception = Assert.Throws<ExecuTorchException>(() => program.Load("forward"));
        Assert.Contains("(Error::NotFound, 0x20)", exception.Message);
        Assert.Contains("XnnpackBackenz", exception.Message);
    }

    public void Dispose() => _folder.Dispose();

    private static ExecuTorchProgramFile Open(string path) => ExecuTorchProgramFile.Open(path);

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(_folder["program.pte"], bytes);
        return _folder["program.pte"];
    }

    private void AssertRefused(byte[] bytes)
    {
        var path = Write(bytes);
        var exception = Assert.Throws<ExecuTorchException>(() => Open(path));
        Assert.StartsWith($"ExecuTorch program {path} is broken: ", exception.Message);
        Assert.Contains(". Expected a whole .pte file. Write it again.", exception.Message);
    }
}
