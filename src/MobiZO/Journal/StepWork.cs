using System.Text.Json;

namespace MobiZO.Journal;

/// <summary>
/// What steps cost in units that do not depend on the machine, unlike the seconds beside them. An exact gradient goes through its
/// rows forwards and backwards and is counted once. Trying learning rates and evaluations are not counted.
/// </summary>
/// <param name="RowForwards">Rows that went through the model: copies times examples, times choices where each is a row.</param>
/// <param name="Tokens">
/// Tokens of these rows behind what was cached; null where rows are written answers, whose length nobody knows before.
/// </param>
public sealed record StepWork(long RowForwards, long? Tokens)
{
    private const string Key = "work";

    /// <summary>Both together.</summary>
    internal StepWork Plus(StepWork other) => new(RowForwards + other.RowForwards, Tokens + other.Tokens);

    internal static void Write(Utf8JsonWriter writer, StepWork? work)
    {
        if (work is null)
        {
            return;
        }

        writer.WriteStartObject(Key);
        writer.WriteNumber("row_forwards", work.RowForwards);
        if (work.Tokens is { } tokens)
        {
            writer.WriteNumber("tokens", tokens);
        }

        writer.WriteEndObject();
    }

    /// <summary>Null in lines of versions that did not count.</summary>
    internal static StepWork? Read(JsonFields line) =>
        line.ObjectOrNull(Key) is not { } fields
            ? null
            : new StepWork(
                fields.Integer("row_forwards", 0, long.MaxValue),
                fields.DoubleIfGiven("tokens") is null ? null : fields.Integer("tokens", 0, long.MaxValue)
            );
}
