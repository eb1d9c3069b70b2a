using System.Buffers.Binary;
using System.Text;
using MobiZO.Checkpoints;
using MobiZO.ExecuTorch.Runtime;
using MobiZO.ExecuTorch.Tests.Setup;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;
using MobiZO.TestKit.Tiny;

namespace MobiZO.ExecuTorch.Tests.Engine;

/// <summary>
/// Files for releases that know no named data: what is in them, and their numbers on the one release that is here. Older ones are not run.
/// </summary>
[Collection(ReleasedRuntimeCollection.Name)]
public sealed class TargetRuntimeTests : IDisposable
{
    private const int SegmentsSlot = 4;
    private const int NamedSlot = 7;

    private readonly TemporaryFolder _folder = new();
    private readonly IProgramExporter _exporter = new ExecuTorchEngineFactory().Exporter!;

    /// <summary>Every kind of program, and for int8 those whose matrices lie in the file as bytes.</summary>
    public static TheoryData<string, WeightFormat, string> Files
    {
        get
        {
            var files = new TheoryData<string, WeightFormat, string>();
            foreach (var name in EveryProgram.Names.Where(name => EveryProgram.Get(name).Program.Weights.Count > 0))
            {
                files.Add(name, WeightFormat.Float32, "0.4");
                if (name.Contains(" score", StringComparison.Ordinal))
                {
                    files.Add(name, WeightFormat.Int8, "0.6");
                }
            }

            return files;
        }
    }

    public void Dispose() => _folder.Dispose();

    [ExecuTorchTheory]
    [MemberData(nameof(Files))]
    public void InlineConstantsHaveTheNumbersOfNamedOnes(string name, WeightFormat format, string target)
    {
        var (model, program) = EveryProgram.Get(name);
        var inputs = ProgramInputs.Of(program);
        var (named, inline) = (Write(name, format, null), Write(name, format, target));

        // Where kernels stand in for nodes that the release lacks, numbers are rounded elsewhere.
        var isNormalized = name.EndsWith("Normalized", StringComparison.Ordinal);
        var tolerance = isNormalized ? 2e-3 : 2e-5;
        foreach (var (expected, found) in Run(named, program, inputs).Zip(Run(inline, program, inputs)))
        {
            var size = expected.Max(Math.Abs) + 1;
            Assert.All(expected.Zip(found), pair => Assert.InRange((pair.Second - pair.First) / size, -tolerance, tolerance));
        }
    }

    [Theory]
    [InlineData(WeightFormat.Float32)]
    [InlineData(WeightFormat.Int8)]
    public void AnInlineFileHasNoNamesAndNoWeightTwice(WeightFormat format)
    {
        var name = EveryProgram.Names.First(known => known.Contains(" score", StringComparison.Ordinal));
        var (named, inline) = (Write(name, format, "0.7"), Write(name, format, "0.6"));

        Assert.NotEmpty(ProgramOf(named).Tables(NamedSlot));
        Assert.Empty(ProgramOf(inline).Tables(NamedSlot));
        var prefix = Encoding.ASCII.GetBytes(EngineWeights.PrefixOf(EveryProgram.Get(name).Model));
        Assert.True(File.ReadAllBytes(named).AsSpan().IndexOf(prefix) >= 0);
        Assert.True(File.ReadAllBytes(inline).AsSpan().IndexOf(prefix) < 0);
        Assert.InRange(new FileInfo(inline).Length, 1, new FileInfo(named).Length + 4096);

        // Segments of payloads with constants reach to the end of the file, each from its own header.
        var (start, bytes) = (DataStart(inline), File.ReadAllBytes(inline));
        var payloads = ProgramOf(inline)
            .Tables(SegmentsSlot)
            .Where(segment => bytes.AsSpan((int)(start + segment.Long(0))) is { Length: > 8 } data && data[4..8].SequenceEqual("XH00"u8))
            .ToArray();
        Assert.NotEmpty(payloads);
        Assert.Contains(payloads, segment => start + segment.Long(0) + segment.Long(1) == bytes.Length);
    }

    [Theory]
    [InlineData(null, "1.0")]
    [InlineData("1.0", "1.0")]
    [InlineData("0.4", "0.4")]
    [InlineData("0.7.1", "0.7")]
    [InlineData("1.5", "1.5")]
    public void AReleaseThatIsKnownIsTaken(string? version, string expected) => Assert.Equal(expected, _exporter.TargetRuntimeOf(version));

    [Theory]
    [InlineData("0.3", "too old", "since 0.4")]
    [InlineData("0.3.1", "too old", "aten::gather")]
    [InlineData("0.8", "not known", "0.4, 0.5, 0.6, 0.7, 1.0")]
    [InlineData("2.0", "not known", "1.5")]
    [InlineData("1", "no release", "1.0")]
    [InlineData("latest", "no release", "1.0")]
    [InlineData("1.-1", "no release", "1.0")]
    [InlineData("1.0.0.0", "no release", "1.0")]
    [InlineData("", "no release", "1.0")]
    public void AReleaseThatIsNotKnownOrTooOldIsRefused(string version, string fault, string needed)
    {
        var (model, program) = EveryProgram.Get(EveryProgram.Names.First());
        var path = Path.Combine(_folder.Path, "x.pte");
        var error = Assert.Throws<ProgramException>(() => _exporter.Write(program, model, path, WeightFormat.Float32, null, version));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.Contains(needed, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private string Write(string name, WeightFormat format, string? target)
    {
        var (model, program) = EveryProgram.Get(name);
        var path = Path.Combine(_folder.Path, $"{target ?? "default"}.pte");
        Extents extents = new([.. program.BindSymbols(ProgramInputs.Of(program)).Select(pair => (pair.Key, Extent.OneOf(pair.Value)))]);
        _exporter.Write(program, model, path, format, extents, target);
        return path;
    }

    private static List<float[]> Run(string path, Program program, IReadOnlyDictionary<string, HostTensor> inputs)
    {
        using var file = ExecuTorchProgramFile.Open(path);
        using var method = file.Load("forward");
        foreach (var (index, input) in program.Inputs.Index())
        {
            if (inputs[input.Name].Type == ElementType.Int64)
            {
                method.SetInput<long>(index, inputs[input.Name].Longs);
            }
            else
            {
                method.SetInput(index, inputs[input.Name].FloatMemory);
            }
        }

        method.Execute();
        return [.. program.Outputs.Select((_, index) => method.Output<float>(index).ToArray())];
    }

    private static FlatView ProgramOf(string path) => FlatView.RootOf(File.ReadAllBytes(path));

    // The header behind the identifier: size of the program at 16, start of the data at 24.
    private static long DataStart(string path) => BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(path).AsSpan(24));
}
