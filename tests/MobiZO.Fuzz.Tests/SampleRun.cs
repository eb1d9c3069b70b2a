namespace MobiZO.Fuzz.Tests;

/// <summary>Files of a small run.</summary>
internal static class SampleRun
{
    public static string Journal { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Corpus", "journal.jsonl"));

    public static string Config { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Corpus", "run-config.json"));
}
