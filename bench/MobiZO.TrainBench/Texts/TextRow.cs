using System.Text.Json.Serialization;

namespace MobiZO.TrainBench.Texts;

/// <summary>A row of free text, as <c>mobizo train</c> reads it.</summary>
/// <param name="Prompt">What is given.</param>
/// <param name="Completion">What is to be written.</param>
internal sealed record TextRow(
    [property: JsonPropertyName("prompt")] string Prompt,
    [property: JsonPropertyName("completion")] string Completion
);
