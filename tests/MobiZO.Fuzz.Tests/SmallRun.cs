using MobiZO.Journal;

namespace MobiZO.Fuzz.Tests;

/// <summary>A training run of a second or two on the bundled model.</summary>
internal static class SmallRun
{
    /// <summary>Rows of two labels that can be told apart.</summary>
    public static string Labelled(int count)
    {
        string[] words = ["sad", "happy", "awful", "lovely", "ugly", "sweet"];
        return "text\tlabel\n"
            + string.Concat(
                Enumerable.Range(0, count).Select(row => FormattableString.Invariant($"a {words[row % 6]} day {row}\t{row % 2}\n"))
            );
    }

    /// <summary>A training command on rows of <see cref="Labelled"/>; the test adds what it needs.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="more">Further options.</param>
    public static string[] Command(string data, string folder, params string[] more) =>
        [
            "train",
            "--model",
            Tool.Nano,
            "--data",
            data,
            "--template",
            "{text}\\nSentiment:",
            "--choices",
            " negative, positive",
            "--output",
            folder,
            .. more,
        ];

    /// <summary>The run that is killed and compared.</summary>
    /// <param name="place">Folder for the rows, which are written when they are not there.</param>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="cache">Folder of the cache.</param>
    public static string[] Train(string place, string folder, string cache)
    {
        var data = Path.Combine(place, "rows.tsv");
        if (!File.Exists(data))
        {
            File.WriteAllText(data, Labelled(48));
        }

        string[] evaluated = ["--eval-fraction", "0.25", "--steps", "24", "--eval-every", "5"];
        return Command(data, folder, [.. evaluated, "--queries", "6", "--threads", "1", "--cache-dir", cache]);
    }

    /// <summary>Compares the bytes of all adapters, the losses of all steps and all evaluations.</summary>
    public static void AssertSame(string whole, string folder)
    {
        foreach (var name in new[] { "initial", "best", "adapter" })
        {
            Assert.Equal(Bytes(whole, name), Bytes(folder, name));
        }

        var (expected, found) = (
            RunJournal.Read(Path.Combine(whole, "journal.jsonl")),
            RunJournal.Read(Path.Combine(folder, "journal.jsonl"))
        );
        Assert.Empty(expected.Header.Differences(found.Header));
        Assert.Equal(expected.Entries.Select(entry => entry.Losses), found.Entries.Select(entry => entry.Losses));
        Assert.Equal(
            expected.Evaluations.Select(point => point with { Time = default }),
            found.Evaluations.Select(point => point with { Time = default })
        );
    }

    /// <summary>The weights of an adapter of a run.</summary>
    public static byte[] Bytes(string run, string adapter) => File.ReadAllBytes(Path.Combine(run, adapter, "adapter_model.safetensors"));
}
