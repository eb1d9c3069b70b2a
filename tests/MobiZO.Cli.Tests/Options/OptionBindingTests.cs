using System.CommandLine;
using MobiZO.Cli.Help;
using MobiZO.Cli.Options;
using MobiZO.Evaluation;

namespace MobiZO.Cli.Tests.Options;

public sealed class OptionBindingTests
{
    // A value other than the default for every option, and how the record shows it.
    private static readonly Dictionary<string, (string? Value, string Shown)> s_samples = new()
    {
        ["--model"] = ("m", "m"),
        ["--adapter"] = ("a", "a"),
        ["--ignore-base-mismatch"] = (null, "yes"),
        ["--start-from"] = ("start", "start"),
        ["--data"] = ("d.tsv", "d.tsv"),
        ["--eval-data"] = ("e.tsv", "e.tsv"),
        ["--eval-fraction"] = ("0.25", "0.25"),
        ["--eval-balanced"] = (null, "yes"),
        ["--eval-max-rows"] = ("7", "7"),
        ["--test-data"] = ("t.tsv", "t.tsv"),
        ["--format"] = ("jsonl", "jsonl"),
        ["--no-header"] = (null, "yes"),
        ["--columns"] = ("a,b", "a,b"),
        ["--shape"] = ("completion", "completion"),
        ["--text-column"] = ("t", "t"),
        ["--label-column"] = ("l", "l"),
        ["--prompt-column"] = ("p", "p"),
        ["--completion-column"] = ("c", "c"),
        ["--completions-column"] = ("cc", "cc"),
        ["--messages-column"] = ("ms", "ms"),
        ["--fields"] = ("a={b|c:lower},d={e}", "a={b|c:lower},d={e}"),
        ["--rows-in"] = ("a,a.b", "a,a.b"),
        ["--choices-column"] = ("cs", "cs"),
        ["--answer-column"] = ("an", "an"),
        ["--chosen-column"] = ("ch", "ch"),
        ["--rejected-column"] = ("re", "re"),
        ["--max-rows"] = ("5", "5"),
        ["--first-rows"] = (null, "yes"),
        ["--few-shot"] = ("16", "16"),
        ["--reported"] = ("best", "best"),
        ["--balanced"] = (null, "yes"),
        ["--template"] = ("@{text}: ", "@{text}: "),
        ["--choices"] = (" negative, positive", " negative, positive"),
        ["--label-words"] = ("-1= no,1= yes", "-1= no,1= yes"),
        ["--label-words-file"] = ("w.tsv", "w.tsv"),
        ["--choice-scoring"] = ("sum", "sum"),
        ["--no-trim"] = (null, "yes"),
        ["--chat-template"] = ("never", "never"),
        ["--chat-date"] = ("2026-03-31", "2026-03-31"),
        ["--turns"] = ("all", "all"),
        ["--answer-suffix"] = ("\\n<end>", "\n<end>"),
        ["--max-length"] = ("64", "64"),
        ["--truncation"] = ("left", "left"),
        ["--invocation-tokens"] = ("3", "3"),
        ["--invocation-text"] = ("\\nAnswer:", "\nAnswer:"),
        ["--r"] = ("4", "4"),
        ["--lora-alpha"] = ("8.5", "8.5"),
        ["--adapter-init"] = ("kaiming", "kaiming"),
        ["--target-modules"] = ("all-linear", "all-linear"),
        ["--layers"] = ("top-2", "top-2"),
        ["--scope"] = ("all", "all"),
        ["--estimator"] = ("two-sided", "two-sided"),
        ["--queries"] = ("3", "3"),
        ["--epsilon"] = ("1e-3", "0.001"),
        ["--learning-rate"] = ("0.05", "0.05"),
        ["--schedule"] = ("constant", "constant"),
        ["--momentum"] = ("0.9", "0.9"),
        ["--noise"] = ("rademacher", "rademacher"),
        ["--optimizer"] = ("sgd", "sgd"),
        ["--weight-decay"] = ("0.01", "0.01"),
        ["--max-grad-norm"] = ("0.5", "0.5"),
        ["--gradient-memory-mb"] = ("64", "64"),
        ["--loss"] = ("tokens", "tokens"),
        ["--class-weights"] = ("balanced", "balanced"),
        ["--token-share"] = ("0.05", "0.05"),
        ["--score"] = ("wc -l", "wc -l"),
        ["--score-tokens"] = ("12", "12"),
        ["--method"] = ("probe", "probe"),
        ["--no-anchors"] = (null, "yes"),
        ["--steps"] = ("11", "11"),
        ["--epochs"] = ("2.5", "2.5"),
        ["--examples-per-step"] = ("6", "6"),
        ["--seed"] = ("18446744073709551615", "18446744073709551615"),
        ["--eval-every"] = ("2", "2"),
        ["--metric"] = ("word-f1", "word-f1"),
        ["--answer-tokens"] = ("17", "17"),
        ["--samples"] = ("5", "5"),
        ["--patience"] = ("3", "3"),
        ["--update"] = ("engine", "engine"),
        ["--max-tokens-per-run"] = ("99", "99"),
        ["--prefix-cache-mb"] = ("12", "12"),
        ["--prefix-cache-type"] = ("fp32", "fp32"),
        ["--no-prefix-cache-file"] = (null, "yes"),
        ["--engine"] = ("reference", "reference"),
        ["--device"] = ("cuda", "cuda"),
        ["--threads"] = ("2", "2"),
        ["--weights"] = ("int4", "int4"),
        ["--low-memory"] = (null, "yes"),
        ["--cache-dir"] = ("cache", "cache"),
        ["--output"] = ("run", "run"),
        ["--resume"] = (null, "yes"),
    };

    public static TheoryData<string> TrainingOptions { get; } = [.. Names(FineTuneOptionGroups.ForTraining().All)];

    public static TheoryData<string> EvaluationOptionNames { get; } = [.. Names(EvaluationOptionGroups.Create())];

    [Theory]
    [MemberData(nameof(TrainingOptions))]
    public void EveryTrainingOptionSetsItsPropertyAndNoOther(string name) =>
        CheckOption(FineTuneOptionGroups.ForTraining().All, FineTuneOptionGroups.Defaults, name);

    [Theory]
    [MemberData(nameof(EvaluationOptionNames))]
    public void EveryEvaluationOptionSetsItsPropertyAndNoOther(string name) =>
        CheckOption(EvaluationOptionGroups.Create(), EvaluationOptionGroups.Defaults, name);

    [Fact]
    public void NothingGivenLeavesTheDefaultsOfTheRecords()
    {
        var groups = FineTuneOptionGroups.ForTraining();

        Assert.Equal(FineTuneOptionGroups.Defaults, groups.Bind(Parse(groups.All, []), FineTuneOptionGroups.Defaults));
    }

    [Fact]
    public void GivenOptionsLieOnTopOfAStoredConfiguration()
    {
        var groups = FineTuneOptionGroups.ForTraining();
        var adapter = new AdapterOptions { Rank = 3, Alpha = 5 };
        var stored = FineTuneOptionGroups.Defaults with { Model = "stored", Steps = 7, Adapter = adapter };

        var options = groups.Bind(Parse(groups.All, ["--rank", "4"]), stored);

        Assert.Equal(stored with { Adapter = stored.Adapter with { Rank = 4 } }, options);
    }

    [Theory]
    [InlineData(" negative, positive", new[] { " negative", " positive" })]
    [InlineData("no,yes", new[] { "no", "yes" })]
    [InlineData(" a\\, b,\\nc", new[] { " a, b", "\nc" })]
    public void ChoicesKeepTheirSpaces(string written, string[] expected)
    {
        var groups = FineTuneOptionGroups.ForTraining();

        Assert.Equal(expected, groups.Bind(Parse(groups.All, ["--choices", written]), FineTuneOptionGroups.Defaults).Data.Choices);
    }

    [Theory]
    [InlineData("no,yes", "{text}\\nAnswer:", true)]
    [InlineData("no,yes", "{text}\\nAnswer: ", false)]
    [InlineData("no,yes", "{text}\\n", false)]
    [InlineData(" no, yes", "{text}\\nAnswer:", false)]
    [InlineData("no,yes", null, true)]
    public void WordsThatWouldBeGluedToThePromptGiveAHint(string choices, string? template, bool hints)
    {
        var data = FineTuneOptionGroups.Defaults.Data with { Choices = choices.Split(','), Template = template };

        Assert.Equal(hints, ChoiceHint.For(data) is not null);
    }

    /// <summary>Letters get the space that the prompt needs; their name is no word.</summary>
    [Fact]
    public void TheNameOfLettersGivesNoHint()
    {
        var groups = FineTuneOptionGroups.ForTraining();
        var data = groups.Bind(Parse(groups.All, ["--label-words", "@letters"]), FineTuneOptionGroups.Defaults).Data;

        Assert.Null(ChoiceHint.For(data with { Template = "{text}\\nAnswer:" }));
    }

    /// <summary>A property that no option sets could not be said on the command line or in a run file.</summary>
    [Fact]
    public void EveryPropertyOfTheRecordsHasAnOption()
    {
        // Decided by --seed and by --learning-rate auto; told by programs, not by users.
        string[] others = ["Data.Seed", "Optimizer.ProbeLearningRate", "Engine.TracePrefix", "Engine.CacheProgress", "Engine.Warnings"];
        var options = FineTuneOptionGroups.ForTraining().All.SelectMany(group => group.Bound);
        string[] bound = [.. options.Select(option => string.Join('.', option.Properties))];

        Assert.Equal(bound.Length, bound.Distinct().Count());
        Assert.Equal(
            Properties(typeof(FineTuneOptions), "").Except(others).Order(StringComparer.Ordinal),
            bound.Order(StringComparer.Ordinal)
        );
    }

    private static IEnumerable<string> Properties(Type record, string prefix) =>
        record
            .GetProperties()
            .Where(property => property.CanWrite)
            .SelectMany(property =>
                property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
                    ? Properties(property.PropertyType, $"{property.Name}.")
                    : [prefix + property.Name]
            );

    private static void CheckOption<TRecord>(IReadOnlyList<OptionGroup<TRecord>> groups, TRecord defaults, string name)
    {
        Assert.True(s_samples.TryGetValue(name, out var sample), $"give {name} a sample value in this test");
        var result = Parse(groups, sample.Value is null ? [name] : [name, sample.Value]);
        Assert.Empty(result.Errors);

        var record = groups.Aggregate(defaults, (current, group) => group.Bind(result, current));

        foreach (var bound in groups.SelectMany(group => group.Bound))
        {
            if (bound.Option.Name == name)
            {
                Assert.NotEqual(sample.Shown, bound.Show(defaults));
                Assert.Equal(sample.Shown, bound.Show(record));
            }
            else
            {
                Assert.Equal(bound.Show(defaults), bound.Show(record));
            }
        }
    }

    private static IEnumerable<string> Names<TRecord>(IReadOnlyList<OptionGroup<TRecord>> groups) =>
        groups.SelectMany(group => group.Bound).Select(bound => bound.Option.Name);

    private static ParseResult Parse<TRecord>(IReadOnlyList<OptionGroup<TRecord>> groups, string[] args)
    {
        var command = new DocumentedCommand("test", "", "", "");
        foreach (var group in groups)
        {
            command.Add(group.ToSection());
        }

        return command.Parse(args, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
    }
}
