using System.Text.RegularExpressions;
using MobiZO.Cli.Options;
using MobiZO.TestKit;

namespace MobiZO.Cli.Tests.Options;

public sealed partial class OptionNamesTests
{
    public static TheoryData<string, string, string> Names { get; } = Create();

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryPropertyThatAnOptionSetsIsCalledByTheOption(string record, string property, string option)
    {
        Assert.Equal($"Give {option}, or less.", OptionNames.Translate($"Give {record}.{property}, or less."));
        Assert.Equal($"{option}: expected more", OptionNames.Translate($"{record}.{property}: expected more"));
    }

    /// <summary>The records of the library, where one option sets a property of that name.</summary>
    [Theory]
    [InlineData("MaxTokensPerRun: expected at least 1, found 0", "--max-tokens-per-run: expected at least 1, found 0")]
    [InlineData("The settings have errors:\n  Steps: expected at least 1", "The settings have errors:\n  --steps: expected at least 1")]
    [InlineData("Data options: MaxLength is 1; it must be at least 2.", "Data options: --max-length is 1; it must be at least 2.")]
    [InlineData("Balanced needs labels; give Choices or LabelWords.", "--balanced needs labels; give --choices or --label-words.")]
    [InlineData("Both Choices and LabelWords are given; keep one.", "Both --choices and --label-words are given; keep one.")]
    [InlineData("Lower FineTuneOptions.Data.MaxLength or Data.MaxRows.", "Lower --max-length or --max-rows.")]
    [InlineData("Set FineTuneOptions.PrefixCacheType to PrefixCacheType.Fp32.", "Set --prefix-cache-type to fp32.")]
    [InlineData("Use EngineOptions.Weights = WeightFormat.Int4 here.", "Use --weights int4 here.")]
    [InlineData("Set DataOptions.HasHeader = false for it.", "Set --no-header for it.")]
    [InlineData("Use EngineOptions.LowMemory = true.", "Use --low-memory.")]
    [InlineData("Set FineTuneOptions.PrefixCacheType to Fp32.", "Set --prefix-cache-type to fp32.")]
    [InlineData("AdapterOptions.Initialization Discriminant needs words.", "--adapter-init discriminant needs words.")]
    [InlineData("Give words, or set it to Kaiming.", "Give words, or set it to kaiming.")]
    [InlineData("AdapterScope.Activated ends; set AdapterOptions.Scope to All.", "activated ends; set --scope to all.")]
    [InlineData("Continue it with FineTuneOptions.Resume, or give FineTuneOptions.Output.", "Continue it with --resume, or give --output.")]
    [InlineData("Use DataOptions.InvocationText (DataOptions.Template LabelWords).", "Use --invocation-text (--template --label-words).")]
    [InlineData("Use DataOptions.Format = DataFormat.JsonLines.", "Use --format jsonl.")]
    public void PropertiesBecomeOptions(string message, string expected) => Assert.Equal(expected, OptionNames.Translate(message));

    [Theory]
    [InlineData("Model 'x' has no chat template.")]
    [InlineData("The file 'Steps: MaxRows' is missing, and \"LabelWords\" too.")]
    [InlineData("/home/MaxRows/run: the model's journal and the reader's columns differ")]
    [InlineData("/home/MaxRows: damaged")]
    [InlineData("Steps.json and Output-1 are no settings")]
    [InlineData("Layers 3 to 7 are trained. Seed found nothing. Adapter is none.")]
    public void OrdinaryTextStays(string message) => Assert.Equal(message, OptionNames.Translate(message));

    /// <summary>The library does not know the command line.</summary>
    [Fact]
    public void NoMessageOfTheLibraryNamesAnOption()
    {
        var folder = Path.Combine(Shared.Repository, "src", "MobiZO");
        var sources = Directory
            .GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            .ToArray();
        Assert.InRange(sources.Length, 100, 1000);

        var found = sources.SelectMany(path =>
            File.ReadLines(path).Where(line => OptionInText().IsMatch(line)).Select(line => $"{Path.GetFileName(path)}: {line.Trim()}")
        );

        Assert.Empty(found);
    }

    [Fact]
    public void TheCheckOfTheLibraryFindsOptions() => Assert.Matches(OptionInText(), "throw new(\"Raise --max-length if it matters.\")");

    private static TheoryData<string, string, string> Create()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var name in OptionNames.Default.All)
        {
            data.Add(name.Record, name.Property, name.Option);
        }

        return data;
    }

    [GeneratedRegex(
        """
            "[^"]*(?<![\w-])--[a-z][a-z]
            """
    )]
    private static partial Regex OptionInText();
}
