using System.Text.Json;

namespace MobiZO.Text.Tests.Tokenizers.Fixtures;

/// <summary>One line of a file of vectors.</summary>
internal sealed class Vector(JsonElement line)
{
    public string Id => Text("id");

    public static List<Vector> ReadAll(string path) =>
        [.. File.ReadLines(path).Select(line => new Vector(JsonDocument.Parse(line).RootElement))];

    public bool Has(string key) => line.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    public JsonElement Get(string key) => line.GetProperty(key);

    public string Text(string key) => Get(key).GetString()!;

    public bool Flag(string key) => Get(key).GetBoolean();

    public int? Number(string key) => Has(key) ? Get(key).GetInt32() : null;

    public int[] Ids(string key = "ids") => [.. Get(key).EnumerateArray().Select(id => id.GetInt32())];

    public string[] Texts(string key) => [.. Get(key).EnumerateArray().Select(text => text.GetString()!)];

    /// <summary>Ranges of code points in the file, turned into ranges of UTF-16 code units of the text.</summary>
    public (int Start, int End)[] Offsets(string text)
    {
        var units = new List<int> { 0 };
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            units.Add(units[^1] + rune.Utf16SequenceLength);
        }

        return [.. Get("offsets").EnumerateArray().Select(pair => (units[pair[0].GetInt32()], units[pair[1].GetInt32()]))];
    }

    /// <summary>Runs a check over every line and fails with the list of lines that differ.</summary>
    public static void CheckAll(IReadOnlyCollection<Vector> vectors, Func<Vector, string?> problem)
    {
        Assert.NotEmpty(vectors);
        string[] problems =
        [
            .. vectors
                .Select(vector => (vector, found: problem(vector)))
                .Where(entry => entry.found is not null)
                .Select(entry => $"{entry.vector.Id}: {entry.found}"),
        ];
        Assert.True(problems.Length == 0, $"{problems.Length} of {vectors.Count} differ:\n{string.Join('\n', problems.Take(10))}");
    }

    /// <summary>Says how two things differ, or null.</summary>
    public static string? Difference<T>(string what, T expected, T found)
    {
        string expectedText = JsonSerializer.Serialize(expected, s_readable);
        string foundText = JsonSerializer.Serialize(found, s_readable);
        return expectedText == foundText ? null : $"{what}: expected {expectedText}, found {foundText}";
    }

    private static readonly JsonSerializerOptions s_readable = new() { IncludeFields = true };
}
