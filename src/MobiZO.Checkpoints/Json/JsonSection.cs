using System.Globalization;
using System.Text.Json;

namespace MobiZO.Checkpoints.Json;

/// <summary>An object of a JSON file, read with errors that name file, key, expected and found. A null value counts as absent.</summary>
internal sealed class JsonSection
{
    private const long MaximumBytes = 64 << 20;

    // Bounds a damaged count: more layers than any model has.
    private const int MostRepeats = 1000;
    private const int MostTexts = 10_000;
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };

    private readonly string _prefix;
    private readonly JsonElement _element;

    private JsonSection(string file, string prefix, JsonElement element)
    {
        File = file;
        _prefix = prefix;
        _element = element;
    }

    /// <summary>The file it comes from.</summary>
    public string File { get; }

    /// <summary>The keys, absent ones (null) included.</summary>
    public IEnumerable<string> Keys => _element.EnumerateObject().Select(property => property.Name);

    /// <exception cref="CheckpointException">The file is missing, too large, not JSON, or no object.</exception>
    public static JsonSection ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaximumBytes)
            {
                throw new CheckpointException($"{path}: expected at most {MaximumBytes} bytes of JSON, found {new FileInfo(path).Length}.");
            }

            return Parse(System.IO.File.ReadAllBytes(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: the file could not be read: {error.Message}", error);
        }
    }

    /// <param name="bytes">The text.</param>
    /// <param name="path">The file it comes from, for errors.</param>
    /// <exception cref="CheckpointException">It is not JSON, or no object.</exception>
    public static JsonSection Parse(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(JsonBytes.Read(path, bytes), s_options);
            ReadTexts(document.RootElement, path, "");
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonSection(path, "", document.RootElement.Clone())
                : throw new CheckpointException($"{path}: expected a JSON object, found {document.RootElement.ValueKind}.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new CheckpointException($"{path}: not valid JSON: {JsonProblem.WithLine(error)}", error);
        }
    }

    /// <summary>A text with half of a surrogate pair parses, but fails when it is read: here, by its key, and not later.</summary>
    private static void ReadTexts(JsonElement element, string path, string key)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    ReadTexts(property.Value, path, property.Name);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadTexts(item, path, key);
                }

                break;
            case JsonValueKind.String:
                try
                {
                    element.GetString();
                }
                catch (InvalidOperationException error)
                {
                    throw new CheckpointException($"{path}: {key}: expected a text, found half of a surrogate pair.", error);
                }

                break;
        }
    }

    /// <summary>An object without keys, at the place of this one.</summary>
    public JsonSection Empty => new(File, _prefix, JsonElement.Parse("{}"));

    public bool Has(string key) => _element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Whether the key is there, be its value null.</summary>
    public bool IsWritten(string key) => _element.TryGetProperty(key, out _);

    /// <summary>Whether the value is there and of a JSON kind.</summary>
    public bool Is(string key, JsonValueKind kind) => _element.TryGetProperty(key, out JsonElement value) && value.ValueKind == kind;

    public int Int32(string key, int minimum, int maximum = int.MaxValue) =>
        OptionalInt32(key, minimum, maximum) ?? throw Bad(key, WholeNumber(minimum, maximum));

    public int? OptionalInt32(string key, int minimum, int maximum = int.MaxValue)
    {
        if (!Has(key))
        {
            return null;
        }

        return AsInt32(_element.GetProperty(key), minimum, maximum) ?? throw Bad(key, WholeNumber(minimum, maximum));
    }

    /// <summary>A whole number or an array of them; empty when absent.</summary>
    public int[] Int32OrList(string key, int minimum, int maximum)
    {
        if (!Has(key))
        {
            return [];
        }

        JsonElement value = _element.GetProperty(key);
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return Array.ConvertAll(
            items,
            item => AsInt32(item, minimum, maximum) ?? throw Bad(key, $"{WholeNumber(minimum, maximum)}, or a list of such")
        );
    }

    /// <summary>A finite number above zero.</summary>
    public double PositiveNumber(string key) => OptionalPositiveNumber(key) ?? throw Bad(key, "a number above 0");

    public double? OptionalPositiveNumber(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        return AsPositiveNumber(_element.GetProperty(key)) ?? throw Bad(key, "a number above 0");
    }

    /// <summary>A list of finite numbers above zero that must be there.</summary>
    public double[] PositiveNumbers(string key) =>
        Is(key, JsonValueKind.Array)
            ?
            [
                .. _element
                    .GetProperty(key)
                    .EnumerateArray()
                    .Select(item => AsPositiveNumber(item) ?? throw Bad(key, "a list of numbers above 0")),
            ]
            : throw Bad(key, "a list of numbers above 0");

    /// <summary>Whether a value is there and a certain number.</summary>
    public bool IsNumber(string key, double number) =>
        Is(key, JsonValueKind.Number) && _element.GetProperty(key).TryGetDouble(out double found) && found == number;

    /// <summary>A list of <c>[texts, count]</c> as one list of texts: <c>[[["a", "b"], 2]]</c> is a, b, a, b.</summary>
    public IReadOnlyList<string> RepeatedTexts(string key)
    {
        CheckpointException wrong = Bad(key, "a list of [texts, count]");
        if (!Is(key, JsonValueKind.Array))
        {
            throw wrong;
        }

        var texts = new List<string>();
        foreach (JsonElement item in _element.GetProperty(key).EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2 || item[0].ValueKind != JsonValueKind.Array)
            {
                throw wrong;
            }

            int count = AsInt32(item[1], 0, MostRepeats) ?? throw wrong;
            string[] part =
            [
                .. item[0].EnumerateArray().Select(text => text.ValueKind == JsonValueKind.String ? text.GetString()! : throw wrong),
            ];
            if (texts.Count + ((long)part.Length * count) > MostTexts)
            {
                throw wrong;
            }

            texts.AddRange(Enumerable.Repeat(part, part.Length <= MostRepeats ? count : throw wrong).SelectMany(names => names));
        }

        return texts;
    }

    /// <summary>True or false; false when absent.</summary>
    public bool Flag(string key)
    {
        if (!Has(key))
        {
            return false;
        }

        JsonValueKind kind = _element.GetProperty(key).ValueKind;
        return kind is JsonValueKind.True or JsonValueKind.False ? kind == JsonValueKind.True : throw Bad(key, "true or false");
    }

    public string Text(string key) => OptionalText(key) ?? throw Bad(key, "a text");

    public string? OptionalText(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        JsonElement value = _element.GetProperty(key);
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Bad(key, "a text");
        }
        catch (InvalidOperationException error)
        {
            throw new CheckpointException($"{File}: {_prefix}{key}: expected valid Unicode text: {error.Message}", error);
        }
    }

    /// <summary>An array of texts; null when absent.</summary>
    public string[]? OptionalTexts(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        JsonElement value = _element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Bad(key, "an array of texts");
    }

    public JsonSection? OptionalSection(string key)
    {
        if (!Has(key))
        {
            return null;
        }

        JsonElement value = _element.GetProperty(key);
        return value.ValueKind == JsonValueKind.Object ? new JsonSection(File, $"{_prefix}{key}.", value) : throw Bad(key, "an object");
    }

    /// <summary>An array of objects; empty when absent.</summary>
    public IReadOnlyList<JsonSection> Sections(string key)
    {
        if (!Has(key))
        {
            return [];
        }

        JsonElement value = _element.GetProperty(key);
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object))
        {
            throw Bad(key, "an array of objects");
        }

        return [.. value.EnumerateArray().Select((item, index) => new JsonSection(File, $"{_prefix}{key}[{index}].", item))];
    }

    public CheckpointException Bad(string key, string expected)
    {
        string found = Has(key) ? _element.GetProperty(key).GetRawText() : "nothing";
        return new CheckpointException(
            $"{File}: {_prefix}{key}: expected {expected}, found {(found.Length > 80 ? found[..80] + "..." : found)}."
        );
    }

    private static double? AsPositiveNumber(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number > 0 && double.IsFinite(number)
            ? number
            : null;

    private static int? AsInt32(JsonElement value, int minimum, int maximum) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= minimum && number <= maximum
            ? number
            : null;

    private static string WholeNumber(int minimum, int maximum) =>
        maximum == int.MaxValue
            ? string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} up")
            : string.Create(CultureInfo.InvariantCulture, $"a whole number from {minimum} to {maximum}");
}
