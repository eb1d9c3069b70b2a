using MobiZO.Evaluation;
using MobiZO.PrefixCache;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="EvaluationOptions"/> by purpose.</summary>
internal static class EvaluationOptionGroups
{
    /// <summary>Options in which nothing has been said yet.</summary>
    public static EvaluationOptions Defaults { get; } = new() { Model = "", DataFile = "" };

    public static IReadOnlyList<OptionGroup<EvaluationOptions>> Create()
    {
        var model = new OptionGroup<EvaluationOptions>("Model", Defaults);
        model.Add(
            ["--model", "-m"],
            "Hugging Face folder or .gguf file.",
            OptionValue.Path("path"),
            nameof(EvaluationOptions.Model),
            options => options.Model,
            (options, value) => options with { Model = value }
        );
        model.Add(
            "--adapter",
            "Adapter: a PEFT folder or a GGUF file (by default, none: the base model).",
            OptionValue.Path("path"),
            nameof(EvaluationOptions.Adapter),
            options => options.Adapter,
            (options, value) => options with { Adapter = value }
        );
        model.AddFlag(
            AdapterOptionGroup.IgnoreBaseMismatch,
            AdapterOptionGroup.IgnoreBaseMismatchText,
            nameof(EvaluationOptions.IgnoreBaseMismatch),
            options => options.IgnoreBaseMismatch,
            (options, value) => options with { IgnoreBaseMismatch = value }
        );

        var data = new OptionGroup<EvaluationOptions>("Data", Defaults);
        data.Add(
            ["--data", "-d"],
            "Rows to score: .jsonl, .json, .csv, .tsv or .parquet; or a .txt, or a folder of texts.",
            OptionValue.Path("path"),
            nameof(EvaluationOptions.DataFile),
            options => options.DataFile,
            (options, value) => options with { DataFile = value }
        );
        data.Include(
            DataOptionGroup.Rows("Use the same number of rows of every label."),
            nameof(EvaluationOptions.Data),
            options => options.Data,
            (options, rows) => options with { Data = rows }
        );

        var prompts = new OptionGroup<EvaluationOptions>("Prompt and answers", Defaults);
        prompts.Include(
            DataOptionGroup.Prompts(),
            nameof(EvaluationOptions.Data),
            options => options.Data,
            (options, rows) => options with { Data = rows }
        );

        var answers = new OptionGroup<EvaluationOptions>("Written answers", Defaults);
        AnswerOptions.AddTo(
            answers,
            (options => options.Metric, (options, value) => options with { Metric = value }),
            (options => options.AnswerTokens, (options, value) => options with { AnswerTokens = value })
        );

        var engine = new OptionGroup<EvaluationOptions>("Engine", Defaults);
        engine.Include(
            EngineOptionGroup.Create(),
            nameof(EvaluationOptions.Engine),
            options => options.Engine,
            (options, value) => options with { Engine = value }
        );
        engine.Add(
            "--max-tokens-per-run",
            "Most tokens of one engine run (by default, as in the run; else 1024, 256 with --low-memory).",
            OptionValue.Count,
            nameof(EvaluationOptions.MaxTokensPerRun),
            options => options.MaxTokensPerRun,
            (options, value) => options with { MaxTokensPerRun = value }
        );
        engine.Add(
            "--prefix-cache-type",
            "How prompts are rounded for an adapter of scope activated (with --run, as in the run).",
            OptionValue.Enumeration<PrefixCacheType>(),
            nameof(EvaluationOptions.PrefixCacheType),
            options => options.PrefixCacheType,
            (options, value) => options with { PrefixCacheType = value }
        );
        return [model, data, prompts, answers, engine];
    }
}
