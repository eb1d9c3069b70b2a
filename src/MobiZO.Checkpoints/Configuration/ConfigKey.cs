namespace MobiZO.Checkpoints.Configuration;

/// <summary>A fact of a model under the name that each format gives it; null where a format has none.</summary>
/// <param name="Json">Key in <c>config.json</c>.</param>
/// <param name="Gguf">Metadata key of a GGUF file, without the architecture in front.</param>
internal sealed record ConfigKey(string? Json, string? Gguf);
