using MobiZO.Checkpoints;
using MobiZO.Models;
using MobiZO.Programs.Engines;

namespace MobiZO.Tests.Models;

public sealed class EngineCatalogTests
{
    /// <summary>The engines that need no library from outside.</summary>
    public static TheoryData<string> Names => [EngineCatalog.OnnxRuntime, EngineCatalog.Reference];

    [Fact]
    public void The_default_comes_first_and_no_name_is_there_twice()
    {
        Assert.Equal(new EngineOptions().Name, EngineCatalog.Names[0]);
        Assert.Equal([EngineCatalog.OnnxRuntime, EngineCatalog.ExecuTorch, EngineCatalog.Reference], EngineCatalog.Names);
        Assert.Distinct(EngineCatalog.Names);
        Assert.Equal([EngineCatalog.OnnxRuntime, EngineCatalog.ExecuTorch], EngineCatalog.Exporting);
    }

    /// <summary>What the rest of the library relies on, whichever engine it is.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Every_engine_is_found_by_its_name_and_says_what_its_numbers_depend_on(string name)
    {
        Assert.Equal(name, EngineCatalog.Find(name)!.Name);
        using var one = Create(name);
        using var two = Create(name);
        Assert.NotEmpty(one.Name);
        Assert.NotEmpty(one.Traits.Numerics);
        Assert.Equal(one.Traits, two.Traits);
        Assert.True(one.Traits.VectorValues >= 1);
        Assert.Equal(1, one.WidthOf(RunStyle.OneByOne));
        Assert.Equal(1, one.WidthOf(RunStyle.Repeated));
    }

    /// <summary>Threads and packing split sums otherwise, so stored prompts of one setting are none of another.</summary>
    [Fact]
    public void Settings_that_change_bits_change_what_the_numbers_depend_on()
    {
        string Numerics(EngineOptions options)
        {
            using var engine = options.Create();
            return engine.Traits.Numerics;
        }

        var options = new EngineOptions { CacheFolder = "unused", Threads = 1 };
        string[] all = [Numerics(options), Numerics(options with { Threads = 2 }), Numerics(options with { LowMemory = true })];
        Assert.Distinct(all);

        // Without a checkpoint that decides, the engine holds weights as the options say.
        using var bytes = (options with { Weights = WeightFormat.Int8 }).Create();
        using var asked = options.Create(WeightFormat.Int8);
        using var floats = options.Create();
        Assert.Equal(asked.Name, bytes.Name);
        Assert.NotEqual(floats.Name, bytes.Name);
    }

    [Fact]
    public void An_unknown_engine_is_answered_with_the_known_ones()
    {
        var options = new EngineOptions { Name = "abacus" };
        Assert.Null(EngineCatalog.Find("abacus"));
        Assert.Equal(
            "EngineOptions.Name: expected onnxruntime or executorch or reference, found 'abacus'",
            Assert.Single(options.Validate())
        );
        var error = Assert.Throws<FineTuneException>(() => options.Create());
        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.Contains("'abacus'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Only the processor is here; the engine is not even made.</summary>
    [Theory]
    [InlineData(EngineCatalog.OnnxRuntime, "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData(EngineCatalog.ExecuTorch, "on the processor alone")]
    [InlineData(EngineCatalog.Reference, "runs on the cpu")]
    public void A_device_that_is_not_here_is_refused_before_anything_is_loaded(string name, string expected)
    {
        var error = Assert.Throws<FineTuneException>(() => new EngineOptions { Name = name, Device = "cuda" }.Create());
        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains("'cuda'", error.Message, StringComparison.Ordinal);
    }

    private static IEngine Create(string name) =>
        new EngineOptions
        {
            Name = name,
            CacheFolder = "unused",
            Threads = 1,
        }.Create();
}
