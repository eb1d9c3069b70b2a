using MobiZO.Data;
using MobiZO.Models;
using MobiZO.PrefixCache;
using MobiZO.Runs;
using MobiZO.Scoring;

namespace MobiZO.Evaluation;

/// <summary>What is scored, and with which adapter.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Hugging Face folder or GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>Rows to score: JSONL, JSON, CSV, TSV or Parquet; or a text, or a folder of texts.</summary>
    public required string DataFile { get; init; }

    /// <summary>PEFT folder or GGUF file of the adapter, or the file of a probe; null: the base model.</summary>
    public string? Adapter { get; init; }

    /// <summary>Whether the adapter may have been made on a model with other files.</summary>
    public bool IgnoreBaseMismatch { get; init; }

    /// <summary>How rows become examples.</summary>
    public DataOptions Data { get; init; } = new();

    /// <summary>The engine.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>Most tokens of one engine run; null: 1,024, and 256 with <see cref="EngineOptions.LowMemory"/>.</summary>
    public int? MaxTokensPerRun { get; init; }

    /// <summary>What written answers are compared with those of the rows by; null: nothing is written.</summary>
    public TextMetric? Metric { get; init; }

    /// <summary>Most tokens of an answer that is written for <see cref="Metric"/>.</summary>
    public int AnswerTokens { get; init; } = FineTuneOptions.UsualAnswerTokens;

    /// <summary>How the frozen part of prompts is rounded; the type of the run gives the numbers of the run.</summary>
    public PrefixCacheType PrefixCacheType { get; init; } = PrefixCacheType.Fp16;

    /// <summary>Most tokens of one engine run, decided.</summary>
    internal int TokensPerRunInForce => MaxTokensPerRun ?? Engine.UsualTokensPerRun;

    /// <summary>Every error in these options and the records they hold; empty when they are sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        if (string.IsNullOrWhiteSpace(Model))
        {
            errors.Add("Model: expected a Hugging Face folder or a .gguf file, found nothing");
        }

        if (string.IsNullOrWhiteSpace(DataFile))
        {
            errors.Add(
                "DataFile: expected a file of rows or texts (JSONL, JSON, CSV, TSV, Parquet, TXT) or a folder of texts, found nothing"
            );
        }

        if (MaxTokensPerRun < 1)
        {
            errors.Add(FormattableString.Invariant($"MaxTokensPerRun: expected at least 1, found {MaxTokensPerRun}"));
        }

        if (AnswerTokens < 1)
        {
            errors.Add(FormattableString.Invariant($"AnswerTokens: expected at least 1, found {AnswerTokens}"));
        }

        if (Metric is { } metric && !Enum.IsDefined(metric))
        {
            errors.Add($"Metric: expected RougeL, WordF1 or ExactMatch, found {metric}");
        }

        errors.AddRange(Data.Validate());
        errors.AddRange(Engine.Validate());
        return errors;
    }

    /// <summary>Whether a run brought the options along.</summary>
    internal bool IsOfRun { get; init; }

    /// <summary>The evaluation of a run's kept adapter with the settings of the run; the rows are still to be named.</summary>
    /// <param name="folder">The run.</param>
    /// <exception cref="FineTuneException">There is no run, or its configuration is damaged.</exception>
    public static EvaluationOptions FromRun(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var run = folder.ReadConfig();
        return new EvaluationOptions
        {
            Model = run.Model,
            DataFile = "",
            IsOfRun = true,
            Adapter = folder.KeptAdapter,
            Data = run.Data with
            {
                MaxRows = null,
                FirstRows = false,
                FewShot = null,
                EvalFraction = 0,
                Balanced = false,
                EvalBalanced = false,
                Seed = run.Seed,
            },
            Engine = run.Engine,
            MaxTokensPerRun = run.MaxTokensPerRun,
            Metric = run.Metric,
            AnswerTokens = run.AnswerTokens,
            PrefixCacheType = run.PrefixCacheType,
        };
    }
}
