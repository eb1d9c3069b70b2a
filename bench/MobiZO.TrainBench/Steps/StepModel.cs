using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Optimization.Noise;
using MobiZO.PrefixCache;
using MobiZO.Programs;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.TrainBench.Weights;
using MobiZO.Training;

namespace MobiZO.TrainBench.Steps;

/// <summary>A model with fresh adapters, its programs, and rows of random tokens.</summary>
internal sealed class StepModel : IDisposable
{
    private const int LabelWords = 2;
    private const ulong Seed = 42;
    private const int MostTokensOfAPrefixRun = 1024;

    private readonly Dictionary<(string, PrefixKind, int?), MeteredSession> _sessions = [];
    private readonly double _bytesPerWeight;
    private readonly StepAdapter _activated;
    private readonly StepAdapter _all;

    /// <param name="path">Model folder or GGUF file.</param>
    /// <param name="engine">How it runs.</param>
    /// <param name="loss">The loss: over two label words, or over the vocabulary.</param>
    /// <param name="weights">How the weights are held.</param>
    /// <param name="layers">Which decoder layers carry the adapter in scope activated, as <see cref="AdapterOptions.Layers"/> says it;
    /// null: those of a run.</param>
    public StepModel(string path, EngineOptions engine, LossKind loss, WeightFormat weights, string? layers = null)
    {
        Model = LocalModel.Open(path, weights.Apply(engine));
        _bytesPerWeight = weights.BytesPerWeight;
        Loss = loss == LossKind.Choices ? StepLossKind.Choices : StepLossKind.Tokens;

        // With label words a run takes their number as rank; that A is random here changes no time. Scope all has its layers: upper ones
        // alone would start from hidden states, which these programs do not.
        var options = DecidedAdapter.Of(new AdapterOptions { Layers = layers }, Loss == StepLossKind.Choices ? LabelWords : 0);
        _activated = StepAdapter.Create(Model, options, Seed);
        _all = StepAdapter.Create(Model, options with { Layers = LayerFilter.AllWord }, Seed);
    }

    public LocalModel Model { get; }

    public StepLossKind Loss { get; }

    /// <summary>The adapter of a scope.</summary>
    public StepAdapter AdapterOf(AdapterScope scope) => scope == AdapterScope.Activated ? _activated : _all;

    /// <summary>The layer that a step starts with.</summary>
    public int FirstLayerOf(AdapterScope scope) => AdapterStart.Of(scope, AdapterOf(scope).Layout).Layer;

    public MeteredSession Step(StepShape shape) =>
        Load(
            "step",
            RunStyle.Repeated,
            shape,
            (prompt, rowTokens) =>
                Model.Assembler.Step(
                    new StepOptions
                    {
                        Adapter = AdapterOf(shape.Scope).Layout,
                        Loss = Loss,
                        Prompt = prompt,
                        FirstLayer = FirstLayerOf(shape.Scope),
                        RowTokens = rowTokens,
                    }
                )
        );

    /// <summary>The forward pass of the step without adapter, copies and loss, with the same head.</summary>
    public MeteredSession Inference(StepShape shape) =>
        Load(
            "inference",
            RunStyle.OneByOne,
            shape,
            (prompt, rowTokens) => Loss == StepLossKind.Tokens ? Model.Assembler.Score(null, prompt) : CandidateInference(prompt, rowTokens)
        );

    /// <summary>Random examples, the same for every call with the same sizes.</summary>
    public PromptExample[] Examples(StepShape shape, int count)
    {
        var source = new NoiseSource(Seed);
        var vocabulary = Model.Checkpoint.Config.VocabularySize;
        long drawn = 0;
        int Token() => Math.Min((int)(source.SamplingUniform(drawn++) * vocabulary), vocabulary - 1);
        var length = shape.CachedTokens + shape.RowTokens;
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(index =>
                {
                    int[] prompt = [.. Enumerable.Range(0, length).Select(_ => Token())];
                    return Loss == StepLossKind.Tokens
                        ? new PromptExample(prompt, shape.CachedTokens, [Token()], [], 0)
                        : new PromptExample(
                            prompt,
                            shape.CachedTokens,
                            [],
                            [
                                [Token()],
                                [Token()],
                            ],
                            index % 2
                        );
                }),
        ];
    }

    /// <summary>The cached prompts of examples as a run keeps them.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="firstLayer">The first computed layer.</param>
    /// <param name="folder">Folder of cache files; null: in memory.</param>
    public PrefixStore Prompts(PromptExample[] examples, int firstLayer, string? folder)
    {
        var shape = PrefixShape.Of(Model.Checkpoint.Config, PrefixKind.KeyValues, firstLayer);
        using var programs = new PrefixPrograms(
            Model.Assembler,
            shape,
            Model.Engine.Traits,
            (program, style) => Model.Engine.Load(program, Model.Checkpoint, style),
            RunStyle.SideBySide
        );
        var store = new PrefixStore(
            programs,
            examples,
            new PrefixCacheOptions(PrefixCacheType.Fp16, long.MaxValue, folder, MostTokensOfAPrefixRun),
            new PrefixBatch()
        );
        store.Fill(null, null, null, CancellationToken.None);
        return store;
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        Model.Dispose();
    }

    private Program CandidateInference(PrefixKind prompt, int? rowTokens)
    {
        var model = Model.Assembler.Model;
        var builder = new ProgramBuilder();
        var decoder = new Decoder(builder, model, prompt, 0, lora: null, EmittedKeyValues.None, rowTokens);
        var answers = decoder.AnswerStates(decoder.Run());
        var ids = builder.IntegerInput(ProgramNames.CandidateIds, "R", "K");
        builder.Output(new OutputHead(builder, model.Head).Candidates("choice_logits", answers, ids));
        return builder.Build("inference");
    }

    private MeteredSession Load(string name, RunStyle style, StepShape shape, Func<PrefixKind, int?, Program> build)
    {
        // The number of tokens as a run decides it.
        int? rowTokens = StepExamples.RowTokensOf(Loss, shape.Prompt, Examples(shape, 1));
        if (!_sessions.TryGetValue((name, shape.Prompt, rowTokens), out var session))
        {
            session = new MeteredSession(Model.Engine.Load(build(shape.Prompt, rowTokens), Model.Checkpoint, style), _bytesPerWeight);
            _sessions.Add((name, shape.Prompt, rowTokens), session);
        }

        return session;
    }
}
