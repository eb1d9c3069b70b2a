using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Building;
using MobiZO.Programs.Differentiating;
using MobiZO.Programs.Ops;
using static MobiZO.Programs.Assembling.ProgramNames;

namespace MobiZO.Programs.Assembling;

/// <summary>Builds every program of a model.</summary>
/// <param name="model">The model as data.</param>
public sealed class ProgramAssembler(ModelDescription model)
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _inputNames = new(() => InputNames(model));

    /// <summary>The model as data.</summary>
    public ModelDescription Model => model;

    /// <summary>Sizes and special ids of the model.</summary>
    public ModelConfig Config => model.Config;

    /// <summary>Every linear layer that an adapter can act on, layer by layer.</summary>
    public IReadOnlyList<AdapterModule> LinearModules { get; } =
    [
        .. model
            .Layers.Index()
            .SelectMany(pair =>
                pair.Item.Linears.Select(linear => new AdapterModule(linear.Module, pair.Index, linear.InputSize, linear.OutputSize)
                {
                    IsStoredTransposed = linear.Weight.HuggingFaceForm == StoredForm.Transposed,
                })
            ),
    ];

    /// <summary>
    /// P perturbed copies to P losses; with <see cref="StepOptions.Update"/> also the projected gradients and the next B, with <see
    /// cref="StepOptions.Broadcast"/> also the broadcast direction of the first copy.
    /// </summary>
    /// <exception cref="ProgramException">
    /// A module below the first computed or private layer is adapted, or both an update and a broadcast direction are asked for.
    /// </exception>
    public Program Step(StepOptions options)
    {
        if (options is { Broadcast: true, Update: { } inside })
        {
            throw new ProgramException($"A step with an update inside ({inside}) gives no broadcast direction: the host updates B.");
        }

        var builder = new ProgramBuilder();
        var b = builder.Input(AdapterB, options.Adapter.BCount);
        var noise = builder.Input(Noise, options.Update is { } sized ? (Dimension)sized.Queries : "q", options.Adapter.BCount);
        var queryIndex = builder.IntegerInput(QueryIndex, "P");
        var coefficients = builder.Input(Coefficients, "P");
        if (options.Update is { IsDelayed: true } delayed)
        {
            var before = builder.Input(PreviousNoise, delayed.Queries, options.Adapter.BCount);
            b = Updated(builder, delayed, b, before, builder.Input(PreviousGradients, delayed.Queries));
        }

        var stack = builder.Add("stack", new PerturbStack(), b, noise, queryIndex, coefficients);
        var lora = new LoraInputs(builder, options.Adapter, stack);
        var decoder = NewDecoder(
            builder,
            options.Prompt,
            options.FirstLayer,
            options.Adapter,
            lora,
            rowTokens: options.RowTokens,
            sharedLayers: options.SharedLayers
        );
        var answers = decoder.AnswerStates(decoder.Run());
        var losses = new StepLosses(builder, model.Head).Add(options.Loss, answers, coefficients);
        builder.Output(losses);
        if (options.Broadcast)
        {
            builder.Output(new BroadcastDirection(builder, options.Adapter, lora).Add(decoder, losses));
        }

        if (options.Update is { } update)
        {
            var gradients = builder.Add(
                Gradients,
                new ProjectGradients(update.Estimator, update.Queries),
                losses,
                builder.Input(Epsilon, 1)
            );
            builder.Output(gradients);
            builder.Output(update.IsDelayed ? b : Updated(builder, update, b, noise, gradients));
        }

        return builder.BuildNeeded("step");
    }

    /// <summary>
    /// The loss of the adapter as it is and the exact gradient of it: losses [1], of all B (<see cref="AdapterBGradient"/>) and, when
    /// asked, of all A (<see cref="AdapterAGradient"/>). Inputs as the step's with one copy, without noise. What lies before the lowest
    /// adapted layer, and cached keys and values, are constants.
    /// </summary>
    /// <param name="options">As of the step; without an update and a broadcast direction.</param>
    /// <param name="ofA">Whether A gets a gradient too.</param>
    /// <exception cref="ProgramException">
    /// The options hold an update or ask for a broadcast direction, or the adapter acts on nothing that the loss depends on.
    /// </exception>
    public Program Gradient(StepOptions options, bool ofA = false)
    {
        if (options.Update is not null)
        {
            throw new ProgramException("A program of gradients has no noise to update with.");
        }

        if (options.Broadcast)
        {
            throw new ProgramException("A program of gradients gives the exact gradient and no broadcast direction.");
        }

        var builder = new ProgramBuilder();
        var b = builder.Input(AdapterB, options.Adapter.BCount);
        var lora = new LoraInputs(builder, options.Adapter, builder.Add("stack", new SingleStack(), b));
        var decoder = NewDecoder(
            builder,
            options.Prompt,
            options.FirstLayer,
            options.Adapter,
            lora,
            rowTokens: options.RowTokens,
            sharedLayers: options.SharedLayers
        );
        var losses = new StepLosses(builder, model.Head).Add(options.Loss, decoder.AnswerStates(decoder.Run()), null);
        builder.Output(losses);
        foreach (var gradient in Differentiation.Add(builder, losses, ofA ? [b, lora.A] : [b]))
        {
            builder.Output(gradient);
        }

        return builder.BuildNeeded("gradient");
    }

    private static Value Updated(ProgramBuilder builder, EngineUpdate update, Value b, Value noise, Value gradients) =>
        builder.Add(NextAdapterB, new UpdateState(update.Queries), b, noise, gradients, builder.Input(LearningRate, 1));

    /// <summary>Log-probabilities of candidates, and if asked for of the likeliest token, at answer positions.</summary>
    public Program Score(AdapterLayout? adapter, PrefixKind prompt = PrefixKind.Tokens, int firstLayer = 0, bool ofLargest = false)
    {
        var builder = new ProgramBuilder();
        var decoder = NewDecoder(builder, prompt, firstLayer, adapter, SingleStack(builder, adapter));
        var answers = decoder.AnswerStates(decoder.Run());
        var candidates = builder.IntegerInput(CandidateIds, "R", "K");
        ScoreOutputs.Add(builder, new OutputHead(builder, model.Head).Logits(Logits, answers), candidates, ofLargest);
        return builder.BuildNeeded("score");
    }

    /// <summary>
    /// As <see cref="Score"/>, of packed rows (<see cref="Feeding.TreeFeed"/>): log-probabilities of all candidates over the vocabulary, or
    /// their logits and log-probabilities of single tokens at some positions. Rows are no longer than the narrowest window.
    /// </summary>
    public Program ScoreTrees(AdapterLayout? adapter, PrefixKind prompt, bool isWholeVocabulary, bool ofLargest = false)
    {
        var builder = new ProgramBuilder();
        var decoder = new Decoder(builder, model, prompt, 0, SingleStack(builder, adapter), EmittedKeyValues.None, isTree: true);
        var answers = decoder.AnswerStates(decoder.Run());
        var candidates = builder.IntegerInput(CandidateIds, "R", "K");
        var head = new OutputHead(builder, model.Head);
        if (!isWholeVocabulary)
        {
            builder.Output(head.Candidates(ChoiceLogits, answers, candidates));
            candidates = builder.IntegerInput(AnswerIds, "Q", 1);
            answers = builder.Add("spoken_states", new GatherRows(), answers, builder.IntegerInput(SpokenPoints, "Q"));
        }

        ScoreOutputs.Add(builder, head.Logits(Logits, answers), candidates, ofLargest);
        return builder.BuildNeeded("score_trees");
    }

    /// <summary>
    /// The frozen part of prompts, without adapter: keys and values from <paramref name="firstLayer"/> on with, above 0, the hidden states
    /// that enter it, or those alone.
    /// </summary>
    public Program Prefix(PrefixKind form, int firstLayer = 0)
    {
        var builder = new ProgramBuilder();
        var decoder = NewDecoder(
            builder,
            PrefixKind.Tokens,
            0,
            null,
            null,
            form == PrefixKind.KeyValues ? EmittedKeyValues.New : EmittedKeyValues.None
        );
        return BuildPrefix(builder, decoder, form, firstLayer, isWhole: false, "prefix");
    }

    /// <summary>
    /// The common beginning of prompts: what <see cref="Prefix"/> gives of it, and the keys and values that <see cref="PrefixAfter"/>
    /// takes.
    /// </summary>
    public Program SharedPrefix(PrefixKind form, int firstLayer = 0)
    {
        var builder = new ProgramBuilder();
        return BuildPrefix(
            builder,
            NewDecoder(builder, PrefixKind.Tokens, 0, null, null, EmittedKeyValues.New),
            form,
            firstLayer,
            isWhole: true,
            "prefix_shared"
        );
    }

    /// <summary>
    /// What <see cref="Prefix"/> gives, of the tokens behind a common beginning; one past [1, kv_heads, T, d] a layer serves every row.
    /// </summary>
    public Program PrefixAfter(PrefixKind form, int firstLayer = 0)
    {
        var builder = new ProgramBuilder();
        var decoder = NewDecoder(
            builder,
            PrefixKind.KeyValues,
            0,
            null,
            null,
            form == PrefixKind.KeyValues ? EmittedKeyValues.New : EmittedKeyValues.None
        );
        return BuildPrefix(builder, decoder, form, firstLayer, isWhole: false, "prefix_after");
    }

    /// <summary>What enters the adapted modules, for every row: one output a module input (<see cref="InputOf"/>), [N*S, in].</summary>
    /// <param name="adapter">The modules.</param>
    /// <param name="prompt">How prompts are given; not as hidden states alone.</param>
    /// <param name="firstLayer">First computed layer.</param>
    public Program ModuleInputs(AdapterLayout adapter, PrefixKind prompt, int firstLayer = 0)
    {
        var builder = new ProgramBuilder();
        var decoder = NewDecoder(builder, prompt, firstLayer, null, null);
        decoder.Run();
        foreach (var input in adapter.Modules.Select(module => decoder.InputOf(module.Name)).Distinct())
        {
            builder.Output(input);
        }

        // Behind the last adapted module nothing is read.
        return builder.BuildNeeded("inputs");
    }

    /// <summary>
    /// The residual stream behind layers, for every row: one output a layer (<see cref="StreamOf"/>), [N*S, hidden]. With an adapter also
    /// what enters its modules, as <see cref="ModuleInputs"/> gives it; the adapter does not act.
    /// </summary>
    /// <param name="layers">How many layers are behind each output: from <paramref name="firstLayer"/> + 1 to all.</param>
    /// <param name="adapter">The modules; null: none.</param>
    /// <param name="prompt">How prompts are given; not as hidden states alone.</param>
    /// <param name="firstLayer">First computed layer.</param>
    /// <exception cref="ProgramException">A layer is not computed.</exception>
    public Program Streams(IReadOnlyList<int> layers, AdapterLayout? adapter, PrefixKind prompt, int firstLayer = 0)
    {
        ArgumentNullException.ThrowIfNull(layers);
        if (layers.Any(layer => layer <= firstLayer || layer > model.Layers.Count))
        {
            throw new ProgramException($"Layers {string.Join(", ", layers)}: expected {firstLayer + 1} to {model.Layers.Count}.");
        }

        var builder = new ProgramBuilder();
        var decoder = NewDecoder(builder, prompt, firstLayer, null, null);
        decoder.Run();
        var inputs = adapter?.Modules.Select(module => decoder.InputOf(module.Name)) ?? [];
        foreach (var value in layers.Select(layer => decoder.StreamAfter(layer - 1)).Concat(inputs).Distinct())
        {
            builder.Output(value);
        }

        return builder.BuildNeeded("streams");
    }

    /// <summary>The output of <see cref="Streams"/> behind so many layers.</summary>
    public string StreamOf(int layers) => model.Layers[layers - 1].Name + ".out";

    /// <summary>The output of <see cref="ModuleInputs"/> that enters a module; modules that read the same states share it.</summary>
    /// <param name="module">Name of a linear layer.</param>
    public string InputOf(string module) => _inputNames.Value[module];

    /// <summary>Logits of answer positions and the grown cache; prefill without past, then a few tokens at a time.</summary>
    /// <param name="adapter">The adapter, or null for the base model.</param>
    /// <param name="prompt"><see cref="PrefixKind.Tokens"/> for the prefill, <see cref="PrefixKind.KeyValues"/> after it.</param>
    public Program Generate(AdapterLayout? adapter, PrefixKind prompt)
    {
        var builder = new ProgramBuilder();
        var decoder = NewDecoder(
            builder,
            prompt,
            0,
            adapter,
            SingleStack(builder, adapter),
            prompt == PrefixKind.Tokens ? EmittedKeyValues.New : EmittedKeyValues.Grown
        );
        var answers = decoder.AnswerStates(decoder.Run());
        builder.Output(new OutputHead(builder, model.Head).Logits(Logits, answers));
        return builder.BuildNeeded(prompt == PrefixKind.Tokens ? "prefill" : "generate");
    }

    /// <summary>
    /// The program that hosts of ONNX decoders call for prompts and further tokens alike: input_ids, position_ids [N, S], attention_mask
    /// [N, total] and past_key_values [N, kv_heads, T, d], T possibly 0, to logits [N, S, V] and present keys and values.
    /// </summary>
    /// <param name="adapter">The adapter, or null for the base model.</param>
    public Program HostDecoder(AdapterLayout? adapter)
    {
        var builder = new ProgramBuilder();
        var lora = SingleStack(builder, adapter);
        var decoder = NewDecoder(builder, PrefixKind.KeyValues, 0, adapter, lora, EmittedKeyValues.Host);
        var states = decoder.AllStates(decoder.Run());
        builder.Output(decoder.SplitRows(Logits, new OutputHead(builder, model.Head).Logits("logit_rows", states)));
        return builder.BuildNeeded("decoder");
    }

    /// <summary>
    /// As <see cref="Generate"/> for P perturbed copies at once: logits of answer positions, and the keys and values of the tokens of this
    /// run alone [N, kv_heads, S, d], which the caller keeps. The N rows are P equal runs, copy 0 first; a past [X, ...] belongs to row n
    /// mod X, so that a cached prompt serves all copies and a row of its own grows with X = N.
    /// </summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="prompt"><see cref="PrefixKind.Tokens"/> for whole prompts, else <see cref="PrefixKind.KeyValues"/>.</param>
    public Program GenerateCopies(AdapterLayout adapter, PrefixKind prompt)
    {
        var builder = new ProgramBuilder();
        var b = builder.Input(AdapterB, adapter.BCount);
        var noise = builder.Input(Noise, "q", adapter.BCount);
        var queryIndex = builder.IntegerInput(QueryIndex, "P");
        var stack = builder.Add("stack", new PerturbStack(), b, noise, queryIndex, builder.Input(Coefficients, "P"));
        var decoder = NewDecoder(builder, prompt, 0, adapter, new LoraInputs(builder, adapter, stack), EmittedKeyValues.New);
        var answers = decoder.AnswerStates(decoder.Run());
        builder.Output(new OutputHead(builder, model.Head).Logits(Logits, answers));
        return builder.BuildNeeded(prompt == PrefixKind.Tokens ? "prefill_copies" : "generate_copies");
    }

    /// <summary>The update alone: B, noise, projected gradients and rate to the next B.</summary>
    public static Program Update(AdapterLayout adapter, int queries)
    {
        var builder = new ProgramBuilder();
        builder.Output(
            builder.Add(
                NextAdapterB,
                new UpdateState(queries),
                builder.Input(AdapterB, adapter.BCount),
                builder.Input(Noise, queries, adapter.BCount),
                builder.Input(Gradients, queries),
                builder.Input(LearningRate, 1)
            )
        );
        return builder.Build("update");
    }

    // A value has the same name in every program.
    private static Dictionary<string, string> InputNames(ModelDescription model)
    {
        var decoder = new Decoder(new ProgramBuilder(), model, PrefixKind.Tokens, 0, null, EmittedKeyValues.None);
        decoder.Run();
        var modules = model.Layers.SelectMany(layer => layer.Linears).Select(linear => linear.Module);
        return modules.ToDictionary(module => module, module => decoder.InputOf(module).Name, StringComparer.Ordinal);
    }

    private Decoder NewDecoder(
        ProgramBuilder builder,
        PrefixKind prompt,
        int firstLayer,
        AdapterLayout? adapter,
        LoraInputs? lora,
        EmittedKeyValues emitted = EmittedKeyValues.None,
        int? rowTokens = null,
        int sharedLayers = 0
    )
    {
        var frozen = Math.Max(firstLayer, sharedLayers);
        var decoder = new Decoder(builder, model, prompt, firstLayer, lora, emitted, rowTokens, sharedLayers);
        return adapter?.Modules.FirstOrDefault(module => module.Layer < frozen) is { } lower
            ? throw new ProgramException($"The first {frozen} layers are computed without adapter, but '{lower.Name}' is adapted.")
            : decoder;
    }

    private static Program BuildPrefix(ProgramBuilder builder, Decoder decoder, PrefixKind form, int firstLayer, bool isWhole, string name)
    {
        if (form == PrefixKind.Hidden)
        {
            builder.Output(decoder.HiddenBefore(firstLayer));
        }
        else
        {
            decoder.EmitKeyValues(firstLayer, isWhole);
        }

        return builder.BuildNeeded(name);
    }

    private static LoraInputs? SingleStack(ProgramBuilder builder, AdapterLayout? adapter) =>
        adapter is null
            ? null
            : new LoraInputs(builder, adapter, builder.Add("stack", new SingleStack(), builder.Input(AdapterB, adapter.BCount)));
}
