using MobiZO.Adapted;
using MobiZO.Optimization;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Training;

namespace MobiZO.Export;

/// <summary>
/// The programs that an app needs to train, score and generate, for a few lengths that fit the rows of a run. Prompts in scope activated
/// are computed by <c>prefix</c> and kept by the app; in scope all every row is computed whole.
/// </summary>
internal sealed class AppPrograms
{
    private const int MostBuckets = 3;

    // Tokens of a text that is generated, beyond the longest row.
    private const int GeneratedTokens = 128;

    private readonly ProgramAssembler _assembler;
    private readonly AdapterLayout _layout;
    private readonly AdapterStart _start;
    private readonly DecidedOptions _options;
    private readonly AppForm _form;
    private readonly CopyPlan _plan;
    private readonly float[] _state;

    /// <param name="assembler">Builds programs of the model.</param>
    /// <param name="layout">Where the matrices of the adapter lie.</param>
    /// <param name="state">B.</param>
    /// <param name="options">The run.</param>
    /// <param name="form">How the step updates.</param>
    public AppPrograms(ProgramAssembler assembler, AdapterLayout layout, float[] state, DecidedOptions options, AppForm form)
    {
        (_assembler, _layout, _state, _options, _form) = (assembler, layout, state, options, form);

        // An app keeps keys and values of prompts, and no hidden states.
        var start = AdapterStart.Of(options.Adapter.Scope, layout, hasSingleRows: false);
        _start = start with { Prompt = start.Prompt == PrefixKind.KeyValues ? start.Prompt : PrefixKind.Tokens, Layer = 0 };
        _plan = options.Run.Optimizer.Plan;
    }

    /// <summary>The copies of a step, in order.</summary>
    public CopyPlan Plan => _plan;

    private bool HasPrefix => _start.Prompt == PrefixKind.KeyValues;

    /// <summary>The lengths that are padded to: tokens before the adapter where prompts are kept, else tokens of a row.</summary>
    /// <param name="examples">The rows.</param>
    public IReadOnlyList<int> Buckets(IReadOnlyList<PromptExample> examples)
    {
        int[] lengths =
        [
            .. examples.Select(example => HasPrefix ? Math.Max(1, example.SuffixStart) : StepFeed.TokensOf(_options.Loss, example)).Order(),
        ];
        return
        [
            .. Enumerable
                .Range(1, MostBuckets)
                .Select(part => LengthGrid.Few.Fit(lengths[(lengths.Length * part / MostBuckets) - 1 is >= 0 and var last ? last : 0]))
                .Distinct(),
        ];
    }

    /// <summary>The programs for some lengths.</summary>
    public IReadOnlyList<BundledProgram> For(IReadOnlyList<PromptExample> examples, IReadOnlyList<int> buckets)
    {
        var suffix = LengthGrid.Few.Fit(examples.Max(example => StepFeed.TokensOf(_options.Loss, example)));
        var longest = buckets.Max() + (HasPrefix ? suffix : 0);
        var programs = new List<BundledProgram>();
        foreach (var bucket in buckets)
        {
            var tokens = HasPrefix ? suffix : bucket;
            if (HasPrefix)
            {
                programs.Add(new BundledProgram($"prefix_{bucket}", _assembler.Prefix(PrefixKind.KeyValues), One(("N", 1), ("S", bucket))));
            }

            programs.Add(Step(examples, bucket, tokens));
            programs.Add(Score(examples[0], bucket, tokens));
            programs.Add(
                new BundledProgram(
                    $"prefill_{bucket}",
                    _assembler.Generate(HasPrefix ? null : _layout, PrefixKind.Tokens),
                    One(("N", 1), ("S", bucket), ("R", 1))
                )
            );
        }

        // The new token has a position too.
        var most = Math.Max(1, _assembler.Config.MaxPositions - 1);
        var room = Math.Min(LengthGrid.Few.Fit(longest + GeneratedTokens), most);
        programs.Add(
            new BundledProgram(
                $"generate_{room}",
                _assembler.Generate(_layout, PrefixKind.KeyValues),
                One(("N", 1), ("S", 1), ("X", 1), ("T", room), ("R", 1))
            )
        );
        return programs;
    }

    private static Extents One(params IReadOnlyList<(string Symbol, long Value)> extents) =>
        new([.. extents.Select(pair => (pair.Symbol, Extent.OneOf(pair.Value)))]);

    private BundledProgram Step(IReadOnlyList<PromptExample> examples, int bucket, int tokens)
    {
        var program = _assembler.Step(
            new StepOptions
            {
                Adapter = _layout,
                Loss = _options.Loss,
                Prompt = _start.Prompt,
                SharedLayers = _start.SharedLayers,
                Update = new EngineUpdate(_plan.Estimator!.Value, _plan.Queries, _form == AppForm.Delayed),
            }
        );
        PromptExample[] some = [.. Enumerable.Range(0, _options.Run.ExamplesInForce).Select(index => examples[index % examples.Count])];
        var extents = Fed(StepFeed.Create(_options.Loss, some, _plan.Count), some.Length, bucket, tokens);
        var kept = _form == AppForm.Kept ? new KeptState(ProgramNames.AdapterB, ProgramNames.NextAdapterB, _state) : null;
        return new BundledProgram($"step_{bucket}", program, extents, kept);
    }

    private BundledProgram Score(PromptExample example, int bucket, int tokens) =>
        new(
            $"score_{bucket}",
            _assembler.Score(_layout, _start.Prompt),
            Fed(StepFeed.Create(_options.Loss, [example], 1), 1, bucket, tokens)
        );

    private Extents Fed(StepFeed feed, int examples, int bucket, int tokens)
    {
        var candidates = feed.Inputs[ProgramNames.CandidateIds].Shape;

        // Free answers differ in length: as many places as tokens, those that are not needed weigh nothing.
        long answers = _options.Loss == StepLossKind.Tokens ? (long)feed.RowCount * tokens : candidates[0];
        var copies = feed.RowCount / feed.FirstCopyRows.Count;
        var decisions = feed.Inputs.TryGetValue(ProgramNames.Labels, out var labels) ? labels.Shape[0] : 1;
        return One(
            ("P", copies),
            ("q", _plan.Queries),
            ("N", feed.RowCount),
            ("F", feed.FirstCopyRows.Count),
            ("X", examples),
            ("S", tokens),
            ("T", bucket),
            ("R", answers),
            ("K", candidates[1]),
            ("D", decisions),
            ("DK", feed.RowCount)
        );
    }
}
