namespace MobiZO.Models;

/// <summary>Linear layers of one name and size.</summary>
/// <param name="Name">Last part of the module name, e.g. <c>q_proj</c>.</param>
/// <param name="InputSize">Columns of the weight.</param>
/// <param name="OutputSize">Rows of the weight.</param>
/// <param name="Count">How many the model has.</param>
public sealed record LinearKind(string Name, int InputSize, int OutputSize, int Count);
