using System.Globalization;
using System.Text;

namespace MobiZO.Cli.Tests;

/// <summary>A temporary folder with a small made-up data file, and the options of a short run on it.</summary>
public sealed class Workspace : IDisposable
{
    private static readonly string s_cache = Directory.CreateTempSubdirectory("mobizo-cli-cache-").FullName;

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-cli-").FullName;

    static Workspace() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(s_cache, recursive: true);

    public Workspace() => File.WriteAllText(Data, Rows(24));

    public string Data => PathOf("train.tsv");

    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>A training run of a second or two; the same bits on every machine thread count.</summary>
    public string[] Train(string run, params string[] more) =>
        [
            "train",
            "--model",
            Cli.Nano,
            "--data",
            Data,
            "--template",
            "{text}\\nSentiment:",
            "--choices",
            " negative, positive",
            "--output",
            PathOf(run),
            "--queries",
            "4",
            "--examples-per-step",
            "2",
            "--threads",
            "1",
            "--cache-dir",
            s_cache,
            .. more,
        ];

    /// <summary>An evaluation of the bundled model on a file of rows.</summary>
    public static string[] Eval(string data, params string[] more) =>
        ["eval", "--model", Cli.Nano, "--data", data, "--template", "{text}\\nSentiment:", "--choices", " negative, positive", .. more];

    /// <summary>Options that tests of other commands need for speed.</summary>
    public static string[] Engine => ["--threads", "1", "--cache-dir", s_cache];

    public string Adapter(string run) => Path.Combine(PathOf(run), "adapter", "adapter_model.safetensors");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Rows(int count)
    {
        string[] good = ["good happy day", "lovely warm house", "great fine song", "sweet glad friend"];
        string[] bad = ["bad sad night", "ugly cold ruin", "awful poor noise", "bitter angry foe"];
        var text = new StringBuilder("text\tlabel\n");
        for (var i = 0; i < count; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i % 2 == 1 ? good : bad)[i % 4]} number {i}\t{i % 2}\n");
        }

        return text.ToString();
    }
}
