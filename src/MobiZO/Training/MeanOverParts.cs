using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.Training;

/// <summary>Loss and direction of the rows of a step, cut into engine runs: both are means over the rows, so that parts add up.</summary>
internal static class MeanOverParts
{
    /// <summary>Runs the parts and adds them up by what their rows count.</summary>
    /// <param name="room">How many rows make a run.</param>
    /// <param name="form">The loss.</param>
    /// <param name="examples">Every example.</param>
    /// <param name="indices">Those of the step.</param>
    /// <param name="lengths">The lengths that the engine wants to see.</param>
    /// <param name="run">Runs a part: the outputs of the program.</param>
    /// <param name="direction">The output that is added up beside the loss, [total].</param>
    /// <returns>The loss, the direction [total] and the number of runs.</returns>
    public static (float Loss, float[] Direction, int Runs) Of(
        GradientRoom room,
        StepLossKind form,
        IReadOnlyList<PromptExample> examples,
        int[] indices,
        LengthGrid lengths,
        Func<int[], IReadOnlyDictionary<string, HostTensor>> run,
        string direction
    )
    {
        // What an example counts in the mean: tokens count alike, and so do decisions between choices.
        int WeightOf(int index) => form == StepLossKind.Tokens ? examples[index].Answer.Length : 1;
        double whole = indices.Sum(WeightOf);
        var (loss, sum, runs) = (0f, Array.Empty<float>(), 0);
        foreach (var part in room.Cut(form, examples, indices, lengths))
        {
            var outputs = run(part);
            var share = (float)(part.Sum(WeightOf) / whole);
            loss += outputs[ProgramNames.Losses].Floats[0] * share;
            var found = outputs[direction].Floats;
            sum = runs == 0 ? new float[found.Length] : sum;
            for (var index = 0; index < sum.Length; index++)
            {
                sum[index] += found[index] * share;
            }

            runs++;
        }

        return (loss, sum, runs);
    }
}
