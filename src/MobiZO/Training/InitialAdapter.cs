using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Initialization;

namespace MobiZO.Training;

/// <summary>The fourth stage of a run: the A of its adapter.</summary>
internal static class InitialAdapter
{
    /// <summary>The fresh adapter, or the same with an A that was read from the training prompts.</summary>
    /// <param name="run">The run; the prompts of its training rows should be computed.</param>
    /// <param name="recorded">The run that goes on; its A is used. Null for a new one.</param>
    /// <param name="progress">Told what happens; may be null.</param>
    /// <param name="cancellation">Stops between two engine runs.</param>
    public static LoraAdapter Of(OpenedRun run, RecordedRun? recorded, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        if (!run.Options.ReadsPrompts)
        {
            return run.Fresh;
        }

        return recorded?.InitialAdapterLike(run.Fresh) ?? Read(run, progress, cancellation);
    }

    private static LoraAdapter Read(OpenedRun run, IProgress<TrainingEvent>? progress, CancellationToken cancellation)
    {
        var chosen = run.Examples.ReadFirst;
        void Tell(int done) => progress?.Report(new StageProgress("reading prompts for the initial adapter", done, chosen.Count));
        Tell(0);
        var start = run.Model.Start;
        using var program = run.Model.Load(run.Model.Model.Assembler.ModuleInputs(run.Model.Layout!, start.Prompt, start.Layer));
        var inputs = PromptStatistics.Read(
            program,
            run.Examples.All,
            chosen,
            run.TrainCache!,
            run.Options.Run.TokensPerRunInForce,
            run.Model.Model.Engine.Traits.Lengths,
            Tell,
            cancellation
        );
        RequireNumbers(inputs, [.. chosen.Select(index => run.Rows.Train[index])]);
        return DiscriminantInitialization.Apply(
            run.Fresh,
            run.Model.Model.Assembler,
            inputs,
            [.. chosen.Select(index => run.Rows.Train[index].Label!.Value)]
        );
    }

    private static void RequireNumbers(IReadOnlyDictionary<string, float[][]> inputs, EncodedExample[] rows)
    {
        for (var row = 0; row < rows.Length; row++)
        {
            if (inputs.FirstOrDefault(input => !input.Value[row].All(float.IsFinite)) is { Key: { } name })
            {
                throw new FineTuneException(
                    $"{rows[row].Place}: what the model computes of this prompt ('{name}') is not a number: the weights are damaged. "
                        + "Compare the files with those of the place they came from.",
                    FineTuneFailure.Input
                );
            }
        }
    }
}
