using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class ExecutionProviderTests
{
    private static readonly EngineSettings s_settings = new() { CacheFolder = "unused" };

    [Fact]
    public void The_cpu_is_always_there() => Assert.Empty(new OnnxRuntimeEngineFactory().Validate(s_settings));

    /// <summary>
    /// The package of this test has the CPU provider alone on Linux; a build with more must not complain about what it has.
    /// </summary>
    [Theory]
    [InlineData("cuda", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("directml", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML")]
    public void A_device_without_its_provider_is_refused_with_the_package_that_has_it(string device, string provider, string package)
    {
        var complaint = Assert.Single(new OnnxRuntimeEngineFactory().Validate(s_settings with { Device = device }));
        Assert.Contains($"'{device}'", complaint, StringComparison.Ordinal);
        Assert.Contains(provider, complaint, StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", complaint, StringComparison.Ordinal);
        Assert.Contains(package, complaint, StringComparison.Ordinal);
        Assert.Null(ExecutionProviders.Complaint(device, () => [provider, "CPUExecutionProvider"]));
    }

    [Fact]
    public void An_unknown_device_is_answered_with_the_known_ones()
    {
        var complaint = Assert.Single(new OnnxRuntimeEngineFactory().Validate(s_settings with { Device = "abacus" }));
        Assert.Contains("cpu, cuda, directml, coreml", complaint, StringComparison.Ordinal);
        Assert.Contains("'abacus'", complaint, StringComparison.Ordinal);
    }
}
