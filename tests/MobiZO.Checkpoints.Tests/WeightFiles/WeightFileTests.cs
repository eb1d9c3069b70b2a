using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.WeightFiles;

namespace MobiZO.Checkpoints.Tests.WeightFiles;

public sealed class WeightFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EnginesThatMeetACheckpointTogetherShareOneFile()
    {
        var source = new RampSource();

        Parallel.For(
            0,
            8,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            _ =>
            {
                using var file = WeightFile.Open(_folder, source, "ramp", null);
                Assert.Equal(0, file.Layout.OffsetOf(RampSource.Name));
            }
        );

        Assert.Equal(1, source.Reads);
        Assert.Equal(["weights.bin", "weights.json", "weights.stamp"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_file_may_be_disposed_twice()
    {
        var file = WeightFile.Open(_folder, new RampSource(), "ramp", null);
        file.Dispose();
        file.Dispose();
    }

    /// <summary>Weights that are exported lie where the user said, not in the cache.</summary>
    [Fact]
    public void A_full_disk_is_told_by_what_was_to_be_written()
    {
        var large = new RampSource { Shape = [int.MaxValue, 1 << 20] };
        string Refused(Action write) => Assert.Throws<IOException>(write).Message;

        Assert.EndsWith(
            "Free some space or choose another output folder.",
            Refused(() => WeightFile.Export(Path.Combine(_folder, "weights.bin"), large, large.Names)),
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "Free some space or set another cache folder.",
            Refused(() => WeightFile.Open(_folder, large, "ramp", null)),
            StringComparison.Ordinal
        );
    }

    private sealed class RampSource : IWeightSource
    {
        public const string Name = "ramp";
        public const int Length = 10_000;

        private int _reads;

        public int Reads => _reads;

        public IReadOnlyList<int> Shape { get; init; } = [Length];

        public string Fingerprint => "ramp";

        public IReadOnlyCollection<string> Names => [Name];

        public TensorRole? FindRole(string name) => null;

        public IReadOnlyList<int>? FindShape(string name) => name == Name ? Shape : null;

        public void Read(string name, long start, Span<float> destination)
        {
            Interlocked.Increment(ref _reads);
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = start + i;
            }
        }
    }
}
