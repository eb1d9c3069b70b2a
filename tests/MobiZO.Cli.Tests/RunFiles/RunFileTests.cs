using System.Text.Json;
using MobiZO.Cli.Options;
using MobiZO.Cli.RunFiles;
using MobiZO.Data;
using MobiZO.Reporting;

namespace MobiZO.Cli.Tests.RunFiles;

public sealed class RunFileTests : IDisposable
{
    private const string Unknown = "found an unknown one.";
    private const string Group = "expected the settings of a group, such as ";

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-run-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void KeysAreThoseOfTheRecordsAndThoseOfTheOptions()
    {
        var options = Read(
            """
            model: models/nano
            train-data: ../train.tsv
            eval_every: 5
            prefix_cache_file: false
            seed: 18446744073709551615
            loss:
            data:
              template: "{text}\nSpam:"
              label_words: {ham: " no", spam: " yes"}
              has_header: false
              columns: [label, text]
              max-rows: null
              format: jsonl
            adapter:
              r: 4
              lora-alpha: 8.5
            optimizer: {learning_rate: auto, estimator: two-sided}
            engine: {weights: int4}
            """
        );

        Assert.Equal(Path.Combine(_folder, "models", "nano"), options.Model);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(_folder)!, "train.tsv"), options.TrainData);
        Assert.Equal((5, ulong.MaxValue, false), (options.EvalEvery, options.Seed, options.PrefixCacheFile));
        Assert.Equal("{text}\nSpam:", options.Data.Template);
        Assert.Equal([new LabelWord("ham", " no"), new LabelWord("spam", " yes")], options.Data.LabelWords!);
        Assert.Equal(["label", "text"], options.Data.Columns!);
        Assert.Equal((false, DataFormat.JsonLines), (options.Data.HasHeader, options.Data.Format));
        Assert.Equal((4, 8.5), (options.Adapter.Rank, options.Adapter.Alpha));
        Assert.True(options.Optimizer.ProbeLearningRate);
        Assert.Equal("int4", OptionValue.Show(options.Engine.Weights));
        Assert.Equal(FineTuneOptionGroups.Defaults.Steps, options.Steps);
    }

    [Fact]
    public void WordsMayBeWrittenAsOnTheCommandLine()
    {
        var options = Read("data: {choices: ' negative, positive', label_words: 'ham= no,spam= yes'}");

        Assert.Equal([" negative", " positive"], options.Data.Choices!);
        Assert.Equal([new LabelWord("ham", " no"), new LabelWord("spam", " yes")], options.Data.LabelWords!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("data:\n")]
    public void AnEmptyFileChangesNothing(string text) => Assert.Equal(FineTuneOptionGroups.Defaults, Read(text));

    [Theory]
    [InlineData("stepz: 3", 1, 1, "key 'stepz': expected a setting, found an unknown one. Did you mean 'steps'?")]
    [InlineData("steps: 3\ntemplate: x", 2, 1, "key 'template': expected a setting, found an unknown one. Did you mean 'data.template'?")]
    [InlineData("data:\n  steps: 3", 2, 3, "key 'steps': expected a setting of 'data', found an unknown one. Did you mean 'steps'?")]
    [InlineData("data:\n  max_row: 3", 2, 3, "key 'max_row': expected a setting of 'data', " + Unknown + " Did you mean 'data.max_rows'?")]
    [InlineData("xyzzy: 3", 1, 1, "key 'xyzzy': expected a setting, found an unknown one.")]
    [InlineData("steps: many", 1, 8, "key 'steps': expected a whole number, found 'many'.")]
    [InlineData("steps: [1]", 1, 8, "key 'steps': expected a whole number, found a list.")]
    [InlineData("resume: yes", 1, 9, "key 'resume': expected true or false, found 'yes'.")]
    [InlineData("optimizer: {noise: pink}", 1, 20, "key 'optimizer.noise': expected one of gaussian, rademacher, found 'pink'.")]
    [InlineData("data: train.tsv", 1, 7, "key 'data': " + Group + "'eval_fraction', found 'train.tsv'. Did you mean 'train_data'?")]
    [InlineData("adapter: 3", 1, 10, "key 'adapter': expected the settings of a group, such as 'rank', found '3'.")]
    [InlineData("steps: 3\nseed: 1\nsteps: 4", 3, 1, "key 'steps': expected it once, found it again after line 1.")]
    [InlineData("data: {max_rows: 3,\n  max-rows: 4}", 2, 3, "key 'data.max_rows': expected it once, found it again after line 1.")]
    [InlineData("adapter:\n  rank: 3\n  r: 4", 3, 3, "key 'adapter.rank': expected it once, found it again after line 2.")]
    [InlineData("data: {}\ndata: {}", 2, 1, "key 'data': expected it once, found it again after line 1.")]
    [InlineData("model: ''", 1, 8, "key 'model': expected a path, found ''.")]
    [InlineData("- steps", 1, 1, "expected keys with values, found a list")]
    [InlineData("[a]: 3", 1, 1, "expected a key, found a list")]
    [InlineData("steps: 3\n  seed: 4", 2, 7, "the YAML cannot be read: ")]
    [InlineData("data: {max_rows: 3", 2, 1, "the YAML cannot be read: ")]
    [InlineData("data: [1,\n", 2, 1, "the YAML cannot be read: ")]
    [InlineData("data: [1,\nb", 1, 9, "the YAML cannot be read: expected more, found the end of the file")]
    [InlineData("steps: *other", 1, 8, "expected an anchor '&other' before '*other', found none")]
    [InlineData("steps: 1\n---\nseed: 2", 2, 1, "expected one document, found another one")]
    public void ErrorsNameFileLineColumnAndKey(string text, int line, int column, string message)
    {
        var error = Assert.Throws<CommandException>(() => Read(text));

        Assert.Equal(ExitCodes.Usage, error.ExitCode);
        Assert.StartsWith(
            $"{Path.Combine(_folder, "run.yaml")}, line {line}, column {column}: {message}",
            error.Message,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void EveryErrorIsListedInOrder()
    {
        var error = Assert.Throws<CommandException>(() => Read("steps: many\nstepz: 3\nseed: -1\n"));

        Assert.Equal(
            ["line 1, column 8", "line 2, column 1", "line 3, column 7"],
            error.Message.Split(Environment.NewLine).Select(line => line.Split(": ")[0][^16..])
        );
    }

    [Fact]
    public void DepthIsBounded()
    {
        var error = Assert.Throws<CommandException>(() => Read("data: " + new string('[', 100_000)));

        Assert.Contains("expected at most 32 levels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsBadInput()
    {
        var error = Assert.Throws<CommandException>(() =>
            RunFileReader<FineTuneOptions>.Read("none.yaml", FineTuneOptionGroups.ForTraining().All, FineTuneOptionGroups.Defaults)
        );

        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.Contains("none.yaml", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Every option has a key, and what is written is read back as it was.</summary>
    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var options = new FineTuneOptions
        {
            Model = Path.Combine(_folder, "a \"model\"\nwith: #é😀"),
            TrainData = Path.Combine(_folder, "train.tsv"),
            Output = Path.Combine(_folder, "run"),
            Data = new DataOptions
            {
                Template = "  {text}\n\t'x' \\n: " + new string('w', 300),
                Choices = [" no", "null", "~", " a, b", ""],
                LabelWords = [new LabelWord("true", " yes"), new LabelWord("1", "\n"), new LabelWord("", "{x}")],
                Columns = ["a b", "- c", "2"],
                EvalFraction = 0.1,
                HasHeader = false,
                AnswerSuffix = "\u001b\u0000</s>",
                ChatDate = new DateOnly(2026, 3, 31),
            },
            Seed = ulong.MaxValue,
            EvalMaxRows = 7,
            Loss = LossKind.Tokens,
        };
        var groups = FineTuneOptionGroups.ForTraining().All;

        var text = RunFileWriter.Write(groups, options);
        var read = Read(text);

        Assert.Equal(ReportJson.Write(options), ReportJson.Write(read));
        Assert.Equal(text, RunFileWriter.Write(groups, read));
    }

    /// <summary>Words that are letters stay so, in run files and in the config.json of a run, which can be read as one.</summary>
    [Fact]
    public void LettersStayLetters()
    {
        var options = new FineTuneOptions
        {
            Model = Path.Combine(_folder, "model"),
            TrainData = Path.Combine(_folder, "train.tsv"),
            Output = Path.Combine(_folder, "run"),
            Data = new DataOptions
            {
                Template = "{text}",
                LabelWords = [new LabelWord("ham", " A") { IsLetter = true }, new LabelWord("spam", " B") { IsLetter = true }],
            },
        };

        var text = RunFileWriter.Write(FineTuneOptionGroups.ForTraining().All, options);

        Assert.Equal(options.Data.LabelWords, Read(text).Data.LabelWords);
        var words = ReportJson.Write(options.Data.LabelWords);
        Assert.Equal(options.Data.LabelWords, Read($"data: {{label_words: {words}}}").Data.LabelWords);
    }

    /// <summary>The keys are those of config.json in the folder of a run, but for what an option or the run decides.</summary>
    [Fact]
    public void KeysAreThoseOfTheFilesOfARun()
    {
        string[] decided = ["data.seed", "optimizer.probe_learning_rate", "optimizer.effective_learning_rate", "optimizer.effective_noise"];
        var settings = new RunFileKeys<FineTuneOptions>(FineTuneOptionGroups.ForTraining().All).All;
        var keys = settings.Select(setting => setting.Name).ToHashSet(StringComparer.Ordinal);
        using var config = JsonDocument.Parse(ReportJson.Write(FineTuneOptionGroups.Defaults));

        Assert.Empty(Keys(config.RootElement, "").Except(keys).Except(decided));
    }

    private static IEnumerable<string> Keys(JsonElement element, string prefix) =>
        element
            .EnumerateObject()
            .SelectMany(property =>
                property.Value.ValueKind == JsonValueKind.Object
                    ? Keys(property.Value, $"{prefix}{property.Name}.")
                    : [prefix + property.Name]
            );

    private FineTuneOptions Read(string text)
    {
        var path = Path.Combine(_folder, "run.yaml");
        File.WriteAllText(path, text);
        return RunFileReader<FineTuneOptions>.Read(path, FineTuneOptionGroups.ForTraining().All, FineTuneOptionGroups.Defaults);
    }
}
