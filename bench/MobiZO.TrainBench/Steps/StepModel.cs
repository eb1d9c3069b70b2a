using MobiZO.Adapters;
using MobiZO.Models;
using MobiZO.Optimization;
using MobiZO.Optimization.Noise;
using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Architectures;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;
using MobiZO.Programs.Ops;
using MobiZO.Prompts;
using MobiZO.TrainBench.Weights;
using MobiZO.Training;

namespace MobiZO.TrainBench.Steps;

/// <summary>A model with a fresh adapter, its programs, and rows of random tokens.</summary>
internal sealed class StepModel : IDisposable
{
    private const int LabelWords = 2;
    private const ulong Seed = 42;
    private const int MostTokensOfAPrefixRun = 1024;

    private readonly Dictionary<(string, PromptForm, int?), MeteredSession> _sessions = [];
    private readonly double _bytesPerWeight;

    /// <param name="path">Model folder or GGUF file.</param>
    /// <param name="engine">How it runs.</param>
    /// <param name="loss">The loss: over two label words, or over the vocabulary.</param>
    /// <param name="weights">How the weights are held.</param>
    /// <param name="layers">Which decoder layers carry the adapter, as <see cref="AdapterOptions.Layers"/> says it.</param>
    public StepModel(string path, EngineOptions engine, LossKind loss, WeightFormat weights, string layers = "all")
    {
        Model = LocalModel.Open(path, weights.Apply(engine));
        _bytesPerWeight = weights.BytesPerWeight;
        Loss = loss == LossKind.Choices ? LossForm.Choices : LossForm.Tokens;

        // With label words a run takes their number as rank; that A is random here changes no time.
        var options = new AdapterOptions { Layers = layers }.Decided(Loss == LossForm.Choices ? LabelWords : 0);
        Adapter = AdapterFactory.CreateLayout(Model, options);
        var fresh = LoraAdapter.CreateFresh(Adapter.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize)), options.EffectiveRank, (float)options.EffectiveAlpha, Seed);
        State = fresh.Layout;
        A = [.. fresh.Modules.SelectMany(module => module.A)];
    }

    public LocalModel Model { get; }

    public LossForm Loss { get; }

    public AdapterLayout Adapter { get; }

    public StateLayout State { get; }

    /// <summary>All A matrices, flat.</summary>
    public float[] A { get; }

    /// <summary>Whether the first layer is adapted. Otherwise a run in scope all would keep hidden states, which these programs do not.</summary>
    public bool HasFirstLayer => Adapter.Modules.Any(module => module.Layer == 0);

    public MeteredSession Step(StepShape shape) => Load(
        "step",
        shape,
        (prompt, rowTokens) => Model.Architecture.Step(new StepOptions
        {
            Adapter = Adapter,
            Loss = Loss,
            Prompt = prompt,
            SharedLayers = ExampleLayout.SharedLayers(prompt, Adapter),
            RowTokens = rowTokens,
        }));

    /// <summary>The forward pass of the step without adapter, copies and loss, with the same head.</summary>
    public MeteredSession Inference(StepShape shape) => Load(
        "inference",
        shape,
        (prompt, rowTokens) => Loss == LossForm.Tokens ? Model.Architecture.Score(null, prompt) : CandidateInference(prompt, rowTokens));

    /// <summary>Random examples, the same for every call with the same sizes.</summary>
    public PromptExample[] Examples(StepShape shape, int count)
    {
        var source = new NoiseSource(Seed);
        var vocabulary = Model.Checkpoint.Config.VocabularySize;
        long drawn = 0;
        int Token() => Math.Min((int)(source.SamplingUniform(drawn++) * vocabulary), vocabulary - 1);
        var length = shape.CachedTokens + shape.RowTokens;
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            int[] prompt = [.. Enumerable.Range(0, length).Select(_ => Token())];
            return Loss == LossForm.Tokens
                ? new PromptExample(prompt, shape.CachedTokens, [Token()], [], 0)
                : new PromptExample(prompt, shape.CachedTokens, [], [[Token()], [Token()]], index % 2);
        })];
    }

    /// <summary>The cached prompts of examples as a run keeps them.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="folder">Folder of cache files; null: in memory.</param>
    public PromptStore Prompts(PromptExample[] examples, string? folder)
    {
        var shape = PromptShape.Of(Model.Checkpoint.Config, PromptForm.KeyValues, 0);
        using var programs = new PromptPrograms(Model.Architecture, shape, (program, style) => Model.Engine.Load(program, Model.Checkpoint, style), RunStyle.SideBySide);
        var store = new PromptStore(programs, examples, new PromptCacheOptions(PromptCacheType.Fp16, long.MaxValue, folder, MostTokensOfAPrefixRun), new PromptBatch());
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

    private StepProgram CandidateInference(PromptForm prompt, int? rowTokens)
    {
        var config = Model.Checkpoint.Config;
        var builder = new ProgramBuilder();
        var decoder = new LlamaDecoder(builder, config, prompt, 0, lora: null, EmittedKeyValues.None, rowTokens);
        var answers = decoder.AnswerStates(decoder.Run());
        var head = new Weight(config.TieWordEmbeddings ? LlamaLayer.EmbeddingName : "lm_head.weight", config.VocabularySize, config.HiddenSize);
        builder.Output(builder.Add("choice_logits", new CandidateLogits(head), answers, builder.IntegerInput(ProgramNames.CandidateIds, "R", "K")));
        return builder.Build("inference");
    }

    private MeteredSession Load(string name, StepShape shape, Func<PromptForm, int?, StepProgram> build)
    {
        // The number of tokens as a run decides it.
        int? rowTokens = new ExampleLayout(Loss, shape.Prompt).RowTokens(Examples(shape, 1));
        if (!_sessions.TryGetValue((name, shape.Prompt, rowTokens), out var session))
        {
            session = new MeteredSession(Model.Engine.Load(build(shape.Prompt, rowTokens), Model.Checkpoint), _bytesPerWeight);
            _sessions.Add((name, shape.Prompt, rowTokens), session);
        }

        return session;
    }
}
