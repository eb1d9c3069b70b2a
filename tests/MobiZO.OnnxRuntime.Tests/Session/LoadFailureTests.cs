using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.TestKit;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class LoadFailureTests
{
    /// <summary>A lowered program in the cache that was damaged failed for ever; now it is written anew.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void A_damaged_program_in_the_cache_is_written_anew(int place)
    {
        using var folder = new TemporaryFolder();
        var model = new TinyLlama();
        var program = model.Assembler.Score(null);
        Load(folder.Path, program, model);
        var path = Assert.Single(Directory.GetFiles(folder.Path, "*.onnx", SearchOption.AllDirectories));
        var whole = File.ReadAllBytes(path);
        byte[] damaged = [.. whole];
        damaged[place] ^= 0xff;
        File.WriteAllBytes(path, damaged);
        Load(folder.Path, program, model);
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    /// <summary>A device that was not validated: the runtime itself refuses it, and the program is named.</summary>
    [Fact]
    public void What_the_runtime_refuses_is_told_with_the_program()
    {
        using var folder = new TemporaryFolder();
        using var engine = new OnnxRuntimeEngine(
            new EngineSettings
            {
                CacheFolder = folder.Path,
                Threads = 1,
                Device = "cuda",
            }
        );
        var model = new TinyLlama();
        var error = Assert.Throws<ProgramException>(() => engine.Load(model.Assembler.Score(null), model));
        Assert.Contains("'score'", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.InnerException);
    }

    /// <summary>A sum of integers that is declared as fp32: no program of ours is, and no shape tells.</summary>
    [Fact]
    public void A_program_that_the_runtime_refuses_is_told_with_its_file()
    {
        using var folder = new TemporaryFolder();
        var builder = new ProgramBuilder();
        builder.Output(builder.Add("sum", new ResidualAdd(), builder.IntegerInput("x", 2), builder.IntegerInput("y", 2)));
        var error = Assert.Throws<ProgramException>(() => Load(folder.Path, builder.Build("mixed"), new TinyLlama()));
        Assert.Contains("'mixed'", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            $"'{Assert.Single(Directory.GetFiles(folder.Path, "mixed-*.onnx", SearchOption.AllDirectories))}'",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.NotNull(error.InnerException);
    }

    [Fact]
    public void A_run_beyond_the_announced_extents_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path, Threads = 1 });
        var model = new TinyLlama();
        var program = model.Assembler.Score(null);
        using var session = engine.Load(program, model, RunStyle.OneByOne, new Extents(("N", Extent.OneOf(1000))));
        Assert.Contains(
            "1000",
            Assert.Throws<ProgramException>(() => session.Run(ProgramInputs.Of(program))).Message,
            StringComparison.Ordinal
        );
    }

    private static void Load(string folder, Program program, TinyLlama model)
    {
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder, Threads = 1 });
        engine.Load(program, model).Dispose();
    }
}
