using MobiZO.PrefixCache;
using MobiZO.Scoring;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="FineTuneOptions"/> by purpose.</summary>
internal sealed class FineTuneOptionGroups
{
    private FineTuneOptionGroups(IReadOnlyList<OptionGroup<FineTuneOptions>> all) => All = all;

    /// <summary>Options in which nothing has been said yet.</summary>
    public static FineTuneOptions Defaults { get; } =
        new()
        {
            Model = "",
            TrainData = "",
            Output = "",
        };

    /// <summary>The groups in the order of the help.</summary>
    public IReadOnlyList<OptionGroup<FineTuneOptions>> All { get; }

    /// <summary>Everything a run can be told.</summary>
    public static FineTuneOptionGroups ForTraining() =>
        new([Model(), Data(), Prompts(), Adapter(AdapterOptionGroup.ForTraining()), Optimizer(), Run(), Engine(), Output()]);

    /// <summary>What decides the programs and the memory of a run, without its rows.</summary>
    public static FineTuneOptionGroups ForPrograms()
    {
        var run = new OptionGroup<FineTuneOptions>("Run", Defaults);
        AddLoss(run);
        AddUpdate(run);
        return new([Model(), Adapter(AdapterOptionGroup.Create()), Optimizer(), run, Weights()]);
    }

    /// <summary>The model and the adapter alone.</summary>
    public static FineTuneOptionGroups ForInspection() => new([Model(), Adapter(AdapterOptionGroup.Create()), Weights()]);

    public static OptionGroup<FineTuneOptions> Engine()
    {
        var group = new OptionGroup<FineTuneOptions>("Engine", Defaults);
        group.Include(
            EngineOptionGroup.Create(),
            nameof(FineTuneOptions.Engine),
            options => options.Engine,
            (options, engine) => options with { Engine = engine }
        );
        return group;
    }

    private static OptionGroup<FineTuneOptions> Weights()
    {
        var group = new OptionGroup<FineTuneOptions>("Engine", Defaults);
        group.Include(
            EngineOptionGroup.Weights(),
            nameof(FineTuneOptions.Engine),
            options => options.Engine,
            (options, engine) => options with { Engine = engine }
        );
        return group;
    }

    /// <summary>The options with everything that was given.</summary>
    public FineTuneOptions Bind(System.CommandLine.ParseResult result, FineTuneOptions start) =>
        All.Aggregate(start with { Data = WordOptions.Before(result, start.Data) }, (options, group) => group.Bind(result, options));

    private static OptionGroup<FineTuneOptions> Model()
    {
        var group = new OptionGroup<FineTuneOptions>("Model", Defaults);
        group.Add(
            ["--model", "-m"],
            "Hugging Face folder or .gguf file.",
            OptionValue.Path("path"),
            nameof(FineTuneOptions.Model),
            options => options.Model,
            (options, value) => options with { Model = value }
        );
        return group;
    }

    private static OptionGroup<FineTuneOptions> Data()
    {
        var group = new OptionGroup<FineTuneOptions>("Data", Defaults);
        group.Add(
            ["--data", "-d"],
            "Training rows: .jsonl, .json, .csv, .tsv or .parquet; or a .txt, or a folder of texts.",
            OptionValue.Path("path"),
            nameof(FineTuneOptions.TrainData),
            options => options.TrainData,
            (options, value) => options with { TrainData = value }
        );
        group.Add(
            "--eval-data",
            "Evaluation rows.",
            OptionValue.Path("file"),
            nameof(FineTuneOptions.EvalData),
            options => options.EvalData,
            (options, value) => options with { EvalData = value }
        );
        group.Include(
            DataOptionGroup.HeldOut(),
            nameof(FineTuneOptions.Data),
            options => options.Data,
            (options, data) => options with { Data = data }
        );
        group.Add(
            "--eval-max-rows",
            "Most evaluation rows, drawn by the seed (by default, all).",
            OptionValue.Count,
            nameof(FineTuneOptions.EvalMaxRows),
            options => options.EvalMaxRows,
            (options, value) => options with { EvalMaxRows = value }
        );
        group.Add(
            "--test-data",
            "Held-out rows, touched once at the end.",
            OptionValue.Path("file"),
            nameof(FineTuneOptions.TestData),
            options => options.TestData,
            (options, value) => options with { TestData = value }
        );
        group.Include(
            DataOptionGroup.Rows("Train on the same number of rows of every label."),
            nameof(FineTuneOptions.Data),
            options => options.Data,
            (options, data) => options with { Data = data }
        );
        return group;
    }

    private static OptionGroup<FineTuneOptions> Prompts()
    {
        var group = new OptionGroup<FineTuneOptions>("Prompt and answers", Defaults);
        group.Include(
            DataOptionGroup.Prompts(),
            nameof(FineTuneOptions.Data),
            options => options.Data,
            (options, data) => options with { Data = data }
        );
        return group;
    }

    private static OptionGroup<FineTuneOptions> Adapter(OptionGroup<AdapterOptions> adapterOptions)
    {
        var group = new OptionGroup<FineTuneOptions>("Adapter", Defaults);
        group.Include(
            adapterOptions,
            nameof(FineTuneOptions.Adapter),
            options => options.Adapter,
            (options, adapter) => options with { Adapter = adapter }
        );
        return group;
    }

    private static OptionGroup<FineTuneOptions> Optimizer()
    {
        var group = new OptionGroup<FineTuneOptions>("Optimizer", Defaults);
        group.Include(
            OptimizerOptionGroup.Create(),
            nameof(FineTuneOptions.Optimizer),
            options => options.Optimizer,
            (options, optimizer) => options with { Optimizer = optimizer }
        );
        return group;
    }

    private static void AddAnswers(OptionGroup<FineTuneOptions> group)
    {
        AnswerOptions.AddTo(
            group,
            (options => options.Metric, (options, value) => options with { Metric = value }),
            (options => options.AnswerTokens, (options, value) => options with { AnswerTokens = value })
        );
        group.Add(
            "--samples",
            "Prompts of free text that are answered before, during and after training, to be read; 0: none.",
            OptionValue.Count,
            nameof(FineTuneOptions.Samples),
            options => options.Samples,
            (options, value) => options with { Samples = value }
        );
    }

    private static OptionGroup<FineTuneOptions> Run()
    {
        var group = new OptionGroup<FineTuneOptions>("Run", Defaults);
        AddMethod(group);
        AddLoss(group);
        AddTokenShare(group);
        group.Include(
            ScoreOptionGroup.Create(),
            nameof(FineTuneOptions.Score),
            options => options.Score ?? new ScoreOptions(),
            // A run file names every setting; those of a score that nobody asked for are no score.
            (options, score) => options with { Score = options.Score is null && score == new ScoreOptions() ? null : score }
        );
        AddSteps(group);
        group.Add(
            "--examples-per-step",
            "Examples that each copy sees in a step (by default 16 where a step has one copy, with exact gradients or guided; 8 of "
                + "free text with exact gradients; else 4).",
            OptionValue.Count,
            nameof(FineTuneOptions.ExamplesPerStep),
            options => options.ExamplesPerStep,
            (options, value) => options with { ExamplesPerStep = value }
        );
        group.Add(
            "--seed",
            "Decides noise, order, samples and the initial A.",
            OptionValue.Seed,
            nameof(FineTuneOptions.Seed),
            options => options.Seed,
            (options, value) => options with { Seed = value }
        );
        AddEvaluations(group);
        AddAnswers(group);
        AddUpdate(group);
        group.Add(
            "--max-tokens-per-run",
            "Most tokens of one engine run (1024; 256 with --low-memory); longer steps are cut into micro-batches with the same result.",
            OptionValue.Count,
            nameof(FineTuneOptions.MaxTokensPerRun),
            options => options.MaxTokensPerRun,
            (options, value) => options with { MaxTokensPerRun = value }
        );
        group.Add(
            "--gradient-memory-mb",
            "Most memory for what an exact gradient keeps until the way back, or a guided step for its loss, in megabytes (128; 32 with "
                + "--low-memory); larger steps are cut over rows.",
            OptionValue.Count,
            nameof(FineTuneOptions.GradientMegabytes),
            options => options.GradientMegabytes,
            (options, value) => options with { GradientMegabytes = value }
        );
        group.Add(
            "--prefix-cache-mb",
            "Most memory for the frozen part of prompts when it is not in a file, in megabytes.",
            OptionValue.Count,
            nameof(FineTuneOptions.PrefixCacheMegabytes),
            options => options.PrefixCacheMegabytes,
            (options, value) => options with { PrefixCacheMegabytes = value }
        );
        group.Add(
            "--prefix-cache-type",
            "How the frozen part of prompts is stored and rounded.",
            OptionValue.Enumeration<PrefixCacheType>(),
            nameof(FineTuneOptions.PrefixCacheType),
            options => options.PrefixCacheType,
            (options, value) => options with { PrefixCacheType = value }
        );
        group.AddFlag(
            "--no-prefix-cache-file",
            "Keep the frozen part of prompts in memory only; the next run computes it again.",
            nameof(FineTuneOptions.PrefixCacheFile),
            options => options.PrefixCacheFile,
            (options, value) => options with { PrefixCacheFile = value },
            whenGiven: false
        );
        return group;
    }

    private static OptionGroup<FineTuneOptions> Output()
    {
        var group = new OptionGroup<FineTuneOptions>("Output", Defaults);
        group.Add(
            ["--output", "-o"],
            "Folder of the run: journal, adapters, report.",
            OptionValue.Path("folder"),
            nameof(FineTuneOptions.Output),
            options => options.Output,
            (options, value) => options with { Output = value }
        );
        group.AddFlag(
            "--resume",
            "Continue the stopped run in --output; everything else comes from the run.",
            nameof(FineTuneOptions.Resume),
            options => options.Resume,
            (options, value) => options with { Resume = value }
        );
        return group;
    }

    private static void AddMethod(OptionGroup<FineTuneOptions> group)
    {
        group.Add(
            "--method",
            "What is made: an adapter in steps, or a logistic probe on hidden states, which only labels texts and takes no steps.",
            OptionValue.Enumeration<TrainingMethod>(),
            nameof(FineTuneOptions.Method),
            options => options.Method,
            (options, value) => options with { Method = value }
        );
        group.AddFlag(
            "--no-anchors",
            "Do not measure simpler ways to answer beside the run (majority, zero-shot, discriminant, probe).",
            nameof(FineTuneOptions.Anchors),
            options => options.Anchors,
            (options, value) => options with { Anchors = value },
            whenGiven: false
        );
    }

    private static void AddEvaluations(OptionGroup<FineTuneOptions> group)
    {
        group.Add(
            "--eval-every",
            "Steps between two evaluations; 0: only before and after.",
            OptionValue.Count,
            nameof(FineTuneOptions.EvalEvery),
            options => options.EvalEvery,
            (options, value) => options with { EvalEvery = value }
        );
        group.Add(
            "--patience",
            "Evaluations without improvement after which the run stops; 0: never (by default 3 where many labels decide the steps, else 0).",
            OptionValue.Count,
            nameof(FineTuneOptions.Patience),
            options => options.Patience,
            (options, value) => options with { Patience = value }
        );
        group.Add(
            "--reported",
            "Which evaluation is the result of the run; the best is optimistic.",
            OptionValue.Enumeration<ReportedEvaluation>(),
            nameof(FineTuneOptions.Reported),
            options => options.Reported,
            (options, value) => options with { Reported = value }
        );
    }

    private static void AddLoss(OptionGroup<FineTuneOptions> group) =>
        group.Add(
            "--loss",
            "Cross-entropy over the label words, or over the vocabulary (by default, choices where there are any).",
            OptionValue.Enumeration<LossKind>(),
            nameof(FineTuneOptions.Loss),
            options => options.Loss,
            (options, value) => options with { Loss = value }
        );

    private static void AddSteps(OptionGroup<FineTuneOptions> group)
    {
        group.Add(
            "--steps",
            "Number of steps (by default 60; with more than 4 labels 8 passes over the rows, for free text 3; at most 1,000).",
            OptionValue.Count,
            nameof(FineTuneOptions.Steps),
            options => options.Steps,
            (options, value) => options with { Steps = value }
        );
        group.Add(
            "--epochs",
            "Passes over the training rows, in place of --steps.",
            OptionValue.Double,
            nameof(FineTuneOptions.Epochs),
            options => options.Epochs,
            (options, value) => options with { Epochs = value }
        );
    }

    private static void AddTokenShare(OptionGroup<FineTuneOptions> group)
    {
        group.Add(
            "--class-weights",
            "Balanced: steps draw every label as often as the others; evaluation rows stay the file's.",
            OptionValue.Enumeration<ClassWeights>(),
            nameof(FineTuneOptions.ClassWeights),
            options => options.ClassWeights,
            (options, value) => options with { ClassWeights = value }
        );
        group.Add(
            "--token-share",
            "Share of the token loss beside that of label words, so that the model also says the word "
                + "(by default 0.1 with exact gradients, 0.3 if words have several tokens, else 0).",
            OptionValue.Double,
            nameof(FineTuneOptions.TokenShare),
            options => options.TokenShare,
            (options, value) => options with { TokenShare = value }
        );
    }

    private static void AddUpdate(OptionGroup<FineTuneOptions> group) =>
        group.Add(
            "--update",
            "Where the update is computed.",
            OptionValue.Enumeration<UpdatePlace>(),
            nameof(FineTuneOptions.Update),
            options => options.Update,
            (options, value) => options with { Update = value }
        );
}
