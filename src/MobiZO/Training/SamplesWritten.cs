using MobiZO.Runs;

namespace MobiZO.Training;

/// <summary>The model answered the prompts of the samples.</summary>
/// <param name="Step">Steps taken before.</param>
/// <param name="Samples">The prompts, each with the text of this step alone.</param>
public sealed record SamplesWritten(long Step, IReadOnlyList<TextSample> Samples) : TrainingEvent;
