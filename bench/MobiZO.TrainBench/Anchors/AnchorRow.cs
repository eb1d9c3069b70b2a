using MobiZO.Journal;

namespace MobiZO.TrainBench.Anchors;

/// <summary>One task with one seed.</summary>
/// <param name="Task">Name of the task.</param>
/// <param name="Seed">The seed.</param>
/// <param name="TrainingRows">Training rows of the task.</param>
/// <param name="MlNet">ML.NET on these rows.</param>
/// <param name="Run">The run and the anchors that it measures itself; null: it was left out.</param>
/// <param name="Work">What the steps of the run cost.</param>
internal sealed record AnchorRow(string Task, ulong Seed, int TrainingRows, Anchor MlNet, MobiZO.Anchors? Run, StepWork? Work);
