using MobiZO.Programs;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;

namespace MobiZO.TestKit.Tiny;

/// <summary>One program of every kind and form.</summary>
public static class EveryProgram
{
    private static readonly Dictionary<string, (TinyModel Model, Program Program)> s_all = Build(Of)
        .ToDictionary(entry => entry.Name, entry => (entry.Model, entry.Program));

    private static readonly Dictionary<string, (TinyModel Model, Program Program)> s_gradients = Build(GradientsOf)
        .ToDictionary(entry => entry.Name, entry => (entry.Model, entry.Program));

    /// <summary>Names of all programs that every engine runs.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>
    /// Names of the programs that not every engine runs: of gradients, of hosts of ONNX decoders, of packed rows, and steps with a
    /// broadcast direction.
    /// </summary>
    public static IEnumerable<string> GradientNames => s_gradients.Keys;

    /// <summary>Names of the steps with a broadcast direction.</summary>
    public static IEnumerable<string> BroadcastNames =>
        s_gradients.Keys.Where(name => name.Contains("broadcast ", StringComparison.Ordinal));

    /// <summary>A program and the model it belongs to.</summary>
    public static (TinyModel Model, Program Program) Get(string name) => s_all.TryGetValue(name, out var found) ? found : s_gradients[name];

    private static IEnumerable<(string Name, TinyModel Model, Program Program)> Build(
        Func<TinyModel, IEnumerable<(string Name, Program Program)>> programs
    )
    {
        foreach (
            var (kind, model) in new[] { ("grouped", new TinyLlama()), ("plain", new TinyLlama(keyValueHeads: 4, bias: true, tied: false)) }
        )
        {
            foreach (var (name, program) in programs(model))
            {
                yield return ($"{kind} {name}", model, program);
            }
        }

        // What differs between families lies before the loss, so one loss is enough.
        foreach (var kind in TinyFamilies.Names)
        {
            var model = TinyFamilies.Get(kind);
            foreach (var (name, program) in programs(model).Where(entry => !IsOfALoss(entry.Name) || IsOfOneLoss(entry.Name)))
            {
                yield return ($"{kind} {name}", model, program);
            }
        }
    }

    private static bool IsOfALoss(string name) => name.Split(' ')[0] is "step" or "gradient" or "broadcast";

    private static bool IsOfOneLoss(string name) =>
        name.Split(' ')[1] == nameof(StepLossKind.Choices)
        && !Enum.GetNames<EstimatorKind>().Any(estimator => name.EndsWith(estimator, StringComparison.Ordinal));

    /// <summary>
    /// The programs of a model, without those that need another one; <see cref="ProgramInputs"/> fit when it has 40 tokens.
    /// </summary>
    public static IEnumerable<(string Name, Program Program)> Of(TinyModel model)
    {
        var architecture = model.Assembler;
        var adapter = model.Adapter(2);
        foreach (var loss in Enum.GetValues<StepLossKind>())
        {
            foreach (var prompt in Enum.GetValues<PrefixKind>())
            {
                var options = new StepOptions
                {
                    Adapter = adapter,
                    Loss = loss,
                    Prompt = prompt,
                    FirstLayer = prompt == PrefixKind.Hidden ? 1 : 0,
                };
                if (prompt == PrefixKind.Hidden)
                {
                    options = options with { Adapter = new(2, 1, [.. adapter.Modules.Where(module => module.Layer >= 1)]) };
                }

                yield return ($"step {loss} {prompt}", architecture.Step(options));
                if (prompt == PrefixKind.KeyValues)
                {
                    yield return ($"step {loss} {prompt} one token", architecture.Step(options with { RowTokens = 1 }));
                    var upper = options with
                    {
                        Adapter = new(2, 1, [.. adapter.Modules.Where(module => module.Layer >= 1)]),
                        SharedLayers = 1,
                    };
                    yield return ($"step {loss} {prompt} shared layers", architecture.Step(upper));
                    yield return ($"step {loss} {prompt} shared layers, one token", architecture.Step(upper with { RowTokens = 1 }));
                    var above = upper with { FirstLayer = 1, SharedLayers = 0 };
                    yield return ($"step {loss} {prompt} from layer 1", architecture.Step(above));
                    yield return ($"step {loss} {prompt} from layer 1, one token", architecture.Step(above with { RowTokens = 1 }));
                }

                // The estimators differ behind the losses only.
                EstimatorKind[] estimators =
                    loss == StepLossKind.Choices && prompt == PrefixKind.KeyValues
                        ? [EstimatorKind.TwoSided, EstimatorKind.OneSidedNormalized]
                        : [EstimatorKind.TwoSided];
                foreach (var estimator in estimators)
                {
                    yield return (
                        $"step {loss} {prompt} {estimator}",
                        architecture.Step(options with { Update = new EngineUpdate(estimator, 3) })
                    );
                }
            }
        }

        foreach (var prompt in new[] { PrefixKind.Tokens, PrefixKind.KeyValues })
        {
            yield return ($"score {prompt}", architecture.Score(adapter, prompt));
            yield return ($"score {prompt} without adapter", architecture.Score(null, prompt));
            yield return ($"generate {prompt}", architecture.Generate(adapter, prompt));
            yield return ($"generate {prompt} without adapter", architecture.Generate(null, prompt));
        }

        var upperAdapter = new AdapterLayout(2, 1, [.. adapter.Modules.Where(module => module.Layer >= 1)]);
        yield return ("score from layer 1", architecture.Score(upperAdapter, PrefixKind.KeyValues, 1));
        yield return ("inputs from layer 1", architecture.ModuleInputs(upperAdapter, PrefixKind.KeyValues, 1));
        yield return ("prefix key values from layer 1", architecture.Prefix(PrefixKind.KeyValues, 1));
        yield return ("shared prefix key values from layer 1", architecture.SharedPrefix(PrefixKind.KeyValues, 1));
        yield return ("prefix after key values from layer 1", architecture.PrefixAfter(PrefixKind.KeyValues, 1));
        yield return ("inputs", architecture.ModuleInputs(adapter, PrefixKind.KeyValues));
        yield return ("prefix key values", architecture.Prefix(PrefixKind.KeyValues));
        yield return ("prefix hidden", architecture.Prefix(PrefixKind.Hidden, 1));
        yield return ("shared prefix hidden", architecture.SharedPrefix(PrefixKind.Hidden, 1));
        yield return ("prefix after key values", architecture.PrefixAfter(PrefixKind.KeyValues));
        yield return ("prefix after hidden", architecture.PrefixAfter(PrefixKind.Hidden, 1));
        yield return ("update", ProgramAssembler.Update(adapter, 3));
    }

    /// <summary>
    /// The programs of gradients of a model: every loss and every form of prompts, of B alone and of both; steps with a broadcast
    /// direction; the decoder for hosts; and the scores of packed rows.
    /// </summary>
    public static IEnumerable<(string Name, Program Program)> GradientsOf(TinyModel model)
    {
        var adapter = model.Adapter(2);
        var upper = new AdapterLayout(2, 1, [.. adapter.Modules.Where(module => module.Layer >= 1)]);
        yield return ("decoder", model.Assembler.HostDecoder(adapter));
        yield return ("decoder without adapter", model.Assembler.HostDecoder(null));
        foreach (var prompt in new[] { PrefixKind.Tokens, PrefixKind.KeyValues })
        {
            yield return ($"trees {prompt}", model.Assembler.ScoreTrees(adapter, prompt, isWholeVocabulary: false));
            yield return ($"trees {prompt} whole vocabulary", model.Assembler.ScoreTrees(null, prompt, isWholeVocabulary: true));
            yield return ($"trees {prompt} with the largest", model.Assembler.ScoreTrees(adapter, prompt, false, ofLargest: true));
            yield return ($"score {prompt} with the largest", model.Assembler.Score(adapter, prompt, ofLargest: true));
        }

        foreach (var loss in Enum.GetValues<StepLossKind>())
        {
            Program Gradient(StepOptions options, bool ofA) => model.Assembler.Gradient(options with { Loss = loss }, ofA);
            var cached = new StepOptions { Adapter = adapter, Prompt = PrefixKind.KeyValues };
            var broadcast = cached with { Loss = loss, Broadcast = true };
            yield return ($"broadcast {loss} Tokens", model.Assembler.Step(broadcast with { Prompt = PrefixKind.Tokens }));
            yield return ($"broadcast {loss} KeyValues", model.Assembler.Step(broadcast));
            yield return ($"broadcast {loss} KeyValues one token", model.Assembler.Step(broadcast with { RowTokens = 1 }));
            yield return ($"gradient {loss} Tokens", Gradient(cached with { Prompt = PrefixKind.Tokens }, true));
            yield return ($"gradient {loss} KeyValues", Gradient(cached, true));
            yield return ($"gradient {loss} KeyValues one token", Gradient(cached with { RowTokens = 1 }, false));
            yield return ($"gradient {loss} KeyValues shared layers", Gradient(cached with { Adapter = upper, SharedLayers = 1 }, false));
            yield return ($"gradient {loss} KeyValues from layer 1", Gradient(cached with { Adapter = upper, FirstLayer = 1 }, false));
            yield return (
                $"gradient {loss} Hidden",
                Gradient(cached with { Adapter = upper, Prompt = PrefixKind.Hidden, FirstLayer = 1 }, false)
            );
            foreach (var target in adapter.Modules.Select(module => module.Name.Split('.')[^1]).Distinct())
            {
                yield return ($"gradient {loss} {target}", Gradient(cached with { Adapter = model.Adapter(2, "." + target) }, false));
            }
        }
    }
}
