using System.Text.Json;
using System.Text.Json.Serialization;

namespace MobiZO.Training;

/// <summary>
/// Training events as JSON, for another process or a page: one object on one line. <c>event</c> names the kind, e.g. <c>step-completed</c>,
/// <c>time</c> is ISO 8601; the other keys are the properties in snake_case. Numbers that are not finite are texts.
/// </summary>
public static class TrainingEventJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The event as one line, without a line end.</summary>
    public static string Write(TrainingEvent value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return JsonSerializer.Serialize(value, s_options);
    }

    /// <summary>Reads an event.</summary>
    /// <exception cref="JsonException">The text is no event, or one of an unknown kind.</exception>
    public static TrainingEvent Read(string json) =>
        JsonSerializer.Deserialize<TrainingEvent>(json, s_options) ?? throw new JsonException("expected an event, found null");
}
