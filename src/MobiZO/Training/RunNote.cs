namespace MobiZO.Training;

/// <summary>A message for the user.</summary>
/// <param name="Text">The message.</param>
/// <param name="IsWarning">Whether the user should act on it.</param>
public sealed record RunNote(string Text, bool IsWarning) : TrainingEvent;
