using MobiZO.Optimization.Noise;

namespace MobiZO.TrainBench.Memory;

/// <summary>Rows of everyday words, the same every time.</summary>
internal static class MemoryRows
{
    private const ulong Seed = 42;

    private static readonly string[] s_words =
    [
        "the",
        "train",
        "was",
        "late",
        "again",
        "and",
        "people",
        "waited",
        "in",
        "rain",
        "while",
        "a",
        "small",
        "dog",
        "slept",
        "under",
        "bench",
        "near",
        "old",
        "station",
    ];

    /// <summary>Writes a file with the columns text and label (no or yes, in turn).</summary>
    public static void Write(string path, int rows, int words) =>
        File.WriteAllLines(path, ["text\tlabel", .. Texts(rows, words).Select((text, row) => $"{text}\t{(row % 2 == 0 ? "no" : "yes")}")]);

    /// <summary>Texts of so many words.</summary>
    public static IEnumerable<string> Texts(int rows, int words)
    {
        var source = new NoiseSource(Seed);
        string Word(long index) => s_words[(int)(source.SamplingUniform(index) * s_words.Length) % s_words.Length];
        return Enumerable
            .Range(0, rows)
            .Select(row => string.Join(' ', Enumerable.Range(0, words).Select(word => Word(((long)row * words) + word))));
    }
}
