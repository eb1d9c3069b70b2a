namespace MobiZO.Training;

/// <summary>A stage of preparation or evaluation went on.</summary>
/// <param name="Stage">What is being done, e.g. <c>caching prompts</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all.</param>
public sealed record StageProgress(string Stage, long Done, long Total) : TrainingEvent;
