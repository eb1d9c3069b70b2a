using MobiZO.Adapted;
using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Ops;

namespace MobiZO.Training;

/// <summary>The loaded programs of a step. Lazy ones are loaded when a step first needs them.</summary>
/// <param name="Losses">The losses alone: the host updates, or the copies do not fit into one engine run.</param>
/// <param name="LossesAndUpdate">Losses and update in one run; null when the host updates.</param>
/// <param name="Update">The update alone, after losses that took several runs; null when the host updates.</param>
/// <param name="Gradient">One loss and its exact gradient; null for estimators of random directions.</param>
internal sealed record StepPrograms(
    Lazy<IProgramSession> Losses,
    IProgramSession? LossesAndUpdate = null,
    Lazy<IProgramSession>? Update = null,
    IProgramSession? Gradient = null
) : IDisposable
{
    /// <summary>No programs: nothing is asked for losses.</summary>
    public static StepPrograms None { get; } =
        new(new Lazy<IProgramSession>(() => throw new InvalidOperationException("a run with a score has no program of losses")));

    /// <summary>The programs when the host updates.</summary>
    public static StepPrograms ForHost(IProgramSession losses) => new(new Lazy<IProgramSession>(losses));

    /// <summary>Loads the programs of a run, and the one that scores. Loading keeps one core busy, so two are loaded at once.</summary>
    /// <param name="model">The adapted model.</param>
    /// <param name="options">The run.</param>
    /// <param name="examples">The training rows.</param>
    public static StepPrograms Load(AdaptedModel model, DecidedOptions options, StepExamples examples)
    {
        var extents = examples.Extents;
        var score = Task.Run(() => model.Score);
        IProgramSession LoadStep(StepOptions step) => model.Load(model.Model.Assembler.Step(step), RunStyle.Repeated, extents);
        try
        {
            var plain = new StepOptions
            {
                Adapter = model.Layout!,
                Loss = options.Loss,
                Prompt = model.Start.Prompt,
                FirstLayer = model.Start.Layer,
                SharedLayers = model.Start.SharedLayers,
                RowTokens = examples.RowTokens,
                Broadcast = options.Run.Optimizer.EstimatorInForce == EstimatorKind.Guided,
            };
            if (options.Run.Optimizer.EstimatorInForce == EstimatorKind.Reverse)
            {
                return new StepPrograms(
                    new Lazy<IProgramSession>(() => LoadStep(plain)),
                    Gradient: model.Load(model.Model.Assembler.Gradient(plain), RunStyle.Repeated, extents)
                );
            }

            if (options.Run.Update == UpdatePlace.Host)
            {
                return ForHost(LoadStep(plain));
            }

            var update = new EngineUpdate(options.Run.Optimizer.EstimatorInForce, options.Run.Optimizer.QueriesInForce);
            return new StepPrograms(
                new Lazy<IProgramSession>(() => LoadStep(plain)),
                LoadStep(plain with { Update = update }),
                new Lazy<IProgramSession>(() => model.Load(ProgramAssembler.Update(plain.Adapter, update.Queries)))
            );
        }
        finally
        {
            score.GetAwaiter().GetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LossesAndUpdate?.Dispose();
        Gradient?.Dispose();
        foreach (var lazy in new[] { Losses, Update }.OfType<Lazy<IProgramSession>>().Where(lazy => lazy.IsValueCreated))
        {
            lazy.Value.Dispose();
        }
    }
}
