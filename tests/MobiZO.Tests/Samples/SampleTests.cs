using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using MobiZO.TestKit;

namespace MobiZO.Tests.Samples;

/// <summary>
/// The samples run, and the documentation shows exactly their code. Alone in the process while they run: they write to the one console.
/// </summary>
[CollectionDefinition(nameof(SampleTests), DisableParallelization = true)]
[Collection(nameof(SampleTests))]
public sealed partial class SampleTests : IDisposable
{
    private static readonly string s_nano = Path.Combine(Shared.Repository, "models", "nano");

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-sample-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SpamFilterLearns()
    {
        var messages = Path.Combine(Shared.Repository, "samples", "SpamFilter", "messages.tsv");
        var lines = Run("SpamFilter", s_nano, messages, Path.Combine(_folder, "run"));
        Assert.Equal(3, lines.Length);
        var learned = LearnedLine().Match(lines[0]);
        Assert.True(learned.Success, lines[0]);

        // The seed is fixed: 50 and 100 % where this was measured. Two labels of equal share make 50 % chance.
        Assert.InRange(Percent("before"), 0, 70);
        Assert.InRange(Percent("after"), Percent("before") + 25, 100);
        Assert.InRange(Percent("after"), 90, 100);
        Assert.Matches(@"^ham \(\d+ %\): See you at the station at six\.$", lines[1]);
        Assert.Matches(@"^spam \(\d+ %\): You have WON", lines[2]);

        int Percent(string group) => int.Parse(learned.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void ContinueWritesText() => Assert.NotEqual("", string.Concat(Run("Continue", s_nano, "The whale")));

    [Fact]
    public void JsonAnswersTrainsOnItsScore()
    {
        var rows = Path.Combine(_folder, "rows.jsonl");
        File.WriteAllLines(
            rows,
            Enumerable.Range(0, 8).Select(age => $$"""{"prompt": "Ann, {{age}}, Bern\nJSON:", "completion": " {\"age\": {{age}}}"}""")
        );
        var lines = Run("JsonAnswers", s_nano, rows, Path.Combine(_folder, "run"), "1");
        Assert.Matches(@"^score -?\d\.\d\d before, -?\d\.\d\d after$", Assert.Single(lines));
    }

    [Fact]
    public void TheDocumentationShowsTheSamples()
    {
        var document = File.ReadAllText(Path.Combine(Shared.Repository, "docs", "library.md"));
        string[] blocks = [.. CodeBlock().Matches(document).Select(match => match.Groups["code"].Value)];
        string[] headings = [.. CodeHeading().Matches(document).Select(match => match.Groups["sample"].Value)];
        Assert.Equal(["SpamFilter", "Continue", "JsonAnswers"], headings);
        Assert.Equal([Source("SpamFilter"), Source("Continue"), Source("JsonAnswers")], blocks);
    }

    [Fact]
    public void TheReadmeShowsASample()
    {
        var readme = File.ReadAllText(Path.Combine(Shared.Repository, "README.md"));
        Assert.Equal([Source("SpamFilter")], CodeBlock().Matches(readme).Select(match => match.Groups["code"].Value));
    }

    [GeneratedRegex(@"^right on held-out messages: (?<before>\d+) % before, (?<after>\d+) % after$")]
    private static partial Regex LearnedLine();

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\(\.\./samples/(?<sample>\w+)/Program\.cs\)")]
    private static partial Regex CodeHeading();

    private static string Source(string sample) =>
        File.ReadAllText(Path.Combine(Shared.Repository, "samples", sample, "Program.cs")).ReplaceLineEndings("\n");

    private static string[] Run(string sample, params string[] arguments)
    {
        var before = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            Assembly.Load(sample).EntryPoint!.Invoke(null, [arguments]);
        }
        finally
        {
            Console.SetOut(before);
        }

        return output.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
