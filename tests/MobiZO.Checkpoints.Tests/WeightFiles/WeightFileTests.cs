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

    private sealed class RampSource : IWeightSource
    {
        public const string Name = "ramp";
        public const int Length = 10_000;

        private int _reads;

        public int Reads => _reads;

        public string Fingerprint => "ramp";

        public IReadOnlyCollection<string> Names => [Name];

        public TensorRole? FindRole(string name) => null;

        public IReadOnlyList<int>? FindShape(string name) => name == Name ? [Length] : null;

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
