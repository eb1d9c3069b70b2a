using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.OnnxRuntime.Session;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Session;

public sealed class WeightCacheTests
{
    private static readonly DateTime s_longAgo = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
    private static readonly TinyLlama s_model = new();
    private static readonly Program s_program = s_model.Assembler.Score(null);

    [Fact]
    public void A_second_load_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        var reports = new List<double>();
        var expected = LoadAndRun(folder.Path, s_model, reports);
        Assert.Equal(1, reports[^1], 1e-9);
        Assert.Equal(reports.Order(), reports);
        var files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(4, files.Length);
        Array.ForEach(files, file => File.SetLastWriteTimeUtc(file, s_longAgo));

        // The stamp of the weights is another now: they are read again, and found right.
        reports.Clear();
        Assert.Equal(expected, LoadAndRun(folder.Path, s_model, reports));
        var stamp = files.Single(file => file.EndsWith(".stamp", StringComparison.Ordinal));
        Assert.NotEqual(s_longAgo, File.GetLastWriteTimeUtc(stamp));
        File.SetLastWriteTimeUtc(stamp, s_longAgo);

        Assert.Equal(expected, LoadAndRun(folder.Path, s_model, reports));
        Assert.Empty(reports);
        Assert.All(files, file => Assert.Equal(s_longAgo, File.GetLastWriteTimeUtc(file)));
        Assert.Equal(4, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Length);
    }

    public static TheoryData<string, string> Damages =>
        new()
        {
            { "weights.bin", "truncated" },
            { "weights.bin", "longer" },
            { "weights.bin", "absent" },
            { "weights.json", "truncated" },
            { "weights.json", "foreign" },
            { "weights.json", "absent" },
            { "weights.bin", "changed" },
            { "weights.json", "changed" },
            { "score", "changed" },
            { "score", "truncated" },
            { "score", "absent" },
        };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Damaged_files_are_made_anew(string name, string damage)
    {
        using var folder = new TemporaryFolder();
        var expected = LoadAndRun(folder.Path, s_model);
        var path = Directory.GetFiles(folder.Path, name + "*", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "truncated":
                File.WriteAllBytes(path, bytes[..^4]);
                break;
            case "changed":
                var changed = bytes.ToArray();
                changed[bytes.Length / 3] ^= 1;
                File.WriteAllBytes(path, changed);
                break;
            case "longer":
                File.WriteAllBytes(path, [.. bytes, 0]);
                break;
            case "foreign":
                File.WriteAllText(path, """{"other.weight":0}""");
                break;
            default:
                File.Delete(path);
                break;
        }

        Assert.Equal(expected, LoadAndRun(folder.Path, s_model));
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void Damage_is_told()
    {
        using var folder = new TemporaryFolder();
        LoadAndRun(folder.Path, s_model);
        var path = Directory.GetFiles(folder.Path, "weights.bin", SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var warnings = new List<string>();
        LoadAndRun(folder.Path, s_model, warnings: warnings);
        Assert.Contains("damaged between byte 0 and", Assert.Single(warnings), StringComparison.Ordinal);
        LoadAndRun(folder.Path, s_model, warnings: warnings);
        Assert.Single(warnings);
    }

    [Fact]
    public void A_checkpoint_that_was_changed_in_place_is_converted_anew()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var before = LoadAndRun(folder.Path, new Edited(s_model, 0), warnings: warnings);
        var after = LoadAndRun(folder.Path, new Edited(s_model, 1), warnings: warnings);
        Assert.NotEqual(before, after);
        Assert.Contains("have changed since", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(after, LoadAndRun(folder.Path, new Edited(s_model, 1), warnings: warnings));
        Assert.Single(warnings);
    }

    /// <summary>Weights that were being replaced when the process died must not pass for whole ones.</summary>
    [Fact]
    public void The_index_appears_after_the_weights()
    {
        using var folder = new TemporaryFolder();
        LoadAndRun(folder.Path, s_model);
        var cache = Directory.GetDirectories(folder.Path).Single();
        File.Delete(Path.Combine(cache, "weights.bin"));
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path });
        Assert.Throws<CheckpointException>(() => engine.Load(s_program, new Failing(s_model)));
        Assert.Empty(Directory.GetFiles(cache, "weights.*"));
        Assert.DoesNotContain(Directory.GetFiles(cache), file => file.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Engines_of_one_process_may_fill_the_cache_at_the_same_time()
    {
        using var folder = new TemporaryFolder();
        var results = new float[4][];
        Parallel.For(0, results.Length, i => results[i] = LoadAndRun(folder.Path, s_model));
        Assert.All(results, result => Assert.Equal(results[0], result));
        Assert.Equal(4, Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void Another_checkpoint_has_another_folder_and_another_engine()
    {
        using var folder = new TemporaryFolder();
        var other = new TinyLlama(seed: 2);
        Assert.NotEqual(LoadAndRun(folder.Path, s_model), LoadAndRun(folder.Path, other));
        Assert.Equal(2, Directory.GetDirectories(folder.Path).Length);
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path });
        using var session = engine.Load(s_program, s_model);
        Assert.Contains("another engine", Assert.Throws<ProgramException>(() => engine.Load(s_program, other)).Message);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_told_with_advice()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "not a folder");
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder["file"] });
        var error = Assert.Throws<IOException>(() => engine.Load(s_program, s_model));
        Assert.Contains(folder["file"], error.Message);
        Assert.Contains("MOBIZO_CACHE", error.Message);
    }

    [Fact]
    public void Too_little_space_is_told_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        using var engine = new OnnxRuntimeEngine(new EngineSettings { CacheFolder = folder.Path });
        var error = Assert.Throws<IOException>(() => engine.Load(s_program, new Huge(s_model)));
        Assert.Contains("MB are free", error.Message);
        Assert.Empty(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    private static float[] LoadAndRun(string folder, IWeightSource model, List<double>? reports = null, List<string>? warnings = null)
    {
        using var engine = new OnnxRuntimeEngine(
            new EngineSettings
            {
                CacheFolder = folder,
                Threads = 1,
                CacheProgress = reports is null ? null : new Reports<double>(reports),
                Warnings = warnings is null ? null : new Reports<string>(warnings),
            }
        );
        using var session = engine.Load(s_program, model);
        return session.Run(ProgramInputs.Of(s_program))[ProgramNames.LogProbabilities].Floats;
    }

    private sealed class Reports<T>(List<T> seen) : IProgress<T>
    {
        public void Report(T value) => seen.Add(value);
    }

    /// <summary>A change that no sample of the fingerprint sees.</summary>
    private sealed class Edited(IWeightSource inner, int edition) : IWeightSource, IContentSource
    {
        public string Fingerprint => inner.Fingerprint;

        public IReadOnlyCollection<string> Names => inner.Names;

        public string ContentHash(string cacheFolder) => $"edition {edition}";

        public void ReleasePages() { }

        public TensorRole? FindRole(string name) => inner.FindRole(name);

        public IReadOnlyList<int>? FindShape(string name) => inner.FindShape(name);

        public void Read(string name, long start, Span<float> destination)
        {
            inner.Read(name, start, destination);
            destination[0] += edition;
        }
    }

    private sealed class Failing(IWeightSource inner) : IWeightSource
    {
        public string Fingerprint => inner.Fingerprint;

        public IReadOnlyCollection<string> Names => inner.Names;

        public TensorRole? FindRole(string name) => inner.FindRole(name);

        public IReadOnlyList<int>? FindShape(string name) => inner.FindShape(name);

        public void Read(string name, long start, Span<float> destination) => throw new CheckpointException("the disk is gone");
    }

    private sealed class Huge(IWeightSource inner) : IWeightSource
    {
        public string Fingerprint => "huge";

        public IReadOnlyCollection<string> Names => [.. inner.Names, "huge"];

        public TensorRole? FindRole(string name) => inner.FindRole(name);

        public IReadOnlyList<int>? FindShape(string name) => name == "huge" ? [1 << 30, 1 << 20] : inner.FindShape(name);

        public void Read(string name, long start, Span<float> destination) => throw new InvalidOperationException("nothing is to be read");
    }
}
