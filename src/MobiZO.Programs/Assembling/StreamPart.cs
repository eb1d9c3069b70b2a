using MobiZO.Programs.Building;

namespace MobiZO.Programs.Assembling;

/// <summary>A linear layer whose output is added to the residual stream. All values are [N*S, width].</summary>
/// <param name="Input">What enters the layer.</param>
/// <param name="Output">What it gives, with what an adapter adds.</param>
/// <param name="Added">What is added to the stream: normed and scaled, where the model says so.</param>
internal sealed record StreamPart(Value Input, Value Output, Value Added);
