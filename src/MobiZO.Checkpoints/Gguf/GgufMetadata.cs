using System.Globalization;

namespace MobiZO.Checkpoints.Gguf;

/// <summary>The key-value pairs of a GGUF file, read with errors that name file, key, expected and found.</summary>
internal sealed class GgufMetadata
{
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly List<string> _warnings = [];

    public GgufMetadata(string path) => Path = path;

    public string Path { get; }

    /// <summary>What was taken for absent, a sentence each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>False when the key is there already.</summary>
    public bool TryAdd(string key, object value) => _values.TryAdd(key, value);

    public int Int32(string key, int minimum, int maximum = int.MaxValue) =>
        OptionalInt32(key, minimum, maximum) ?? throw Bad(key, $"a whole number from {minimum} to {maximum}");

    public int? OptionalInt32(string key, int minimum, int maximum = int.MaxValue) =>
        _values.GetValueOrDefault(key) switch
        {
            null => null,
            long number when number >= minimum && number <= maximum => (int)number,
            _ => throw Bad(key, $"a whole number from {minimum} to {maximum}"),
        };

    /// <summary>An id of a token; null when absent, and when there is no such token (old files write -1): then it is told.</summary>
    /// <param name="key">The key.</param>
    /// <param name="count">Number of tokens.</param>
    public int? OptionalTokenId(string key, int count)
    {
        object? value = _values.GetValueOrDefault(key);
        if (value is long id && id >= 0 && id < count)
        {
            return (int)id;
        }

        if (value is not (null or long or ulong))
        {
            throw Bad(key, "the id of a token");
        }

        if (value is not null)
        {
            string warning = string.Create(
                CultureInfo.InvariantCulture,
                $"{Path}: metadata key '{key}' is {value}, which is no id of its {count} tokens; it is taken for absent."
            );
            if (!_warnings.Contains(warning))
            {
                _warnings.Add(warning);
            }
        }

        return null;
    }

    /// <summary>Whether a key is absent or a certain number.</summary>
    public bool IsNumber(string key, double number) =>
        _values.GetValueOrDefault(key) switch
        {
            null => true,
            long value => value == number,
            float value => value == number,
            double value => value == number,
            _ => false,
        };

    public double PositiveNumber(string key) => OptionalPositiveNumber(key) ?? throw Bad(key, "a number above 0");

    public double? OptionalPositiveNumber(string key) =>
        _values.GetValueOrDefault(key) switch
        {
            null => null,
            float number when number > 0 && float.IsFinite(number) => AsWritten(number),
            double number when number > 0 && double.IsFinite(number) => number,
            long number when number > 0 => number,
            _ => throw Bad(key, "a number above 0"),
        };

    /// <summary>A finite number; null when absent.</summary>
    public double? OptionalNumber(string key) =>
        _values.GetValueOrDefault(key) switch
        {
            null => null,
            float number when float.IsFinite(number) => number,
            double number when double.IsFinite(number) => number,
            long number => number,
            _ => throw Bad(key, "a number"),
        };

    public bool? OptionalFlag(string key) => Optional<bool?>(key, "true or false");

    public string Text(string key) => OptionalText(key) ?? throw Bad(key, "a text");

    public string? OptionalText(string key) => Optional<string>(key, "a text");

    public string[]? OptionalTexts(string key) => Optional<string[]>(key, "an array of texts");

    public float[]? OptionalFloats(string key) => Optional<float[]>(key, "an array of 32-bit floats");

    public long[]? OptionalIntegers(string key) => Optional<long[]>(key, "an array of whole numbers");

    public CheckpointException Bad(string key, string expected)
    {
        string found = _values.GetValueOrDefault(key) switch
        {
            null => "nothing",
            Array array => $"an array of {array.Length}",
            string text => $"'{(text.Length > 80 ? text[..80] + "..." : text)}'",
            var value => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "nothing",
        };
        return new CheckpointException($"{Path}: metadata key '{key}': expected {expected}, found {found}.");
    }

    // 1e-05 was rounded to fp32 when the file was written. Its shortest decimal form is what config.json says.
    private static double AsWritten(float number) =>
        double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private T? Optional<T>(string key, string expected) =>
        _values.TryGetValue(key, out object? value)
            ? value is T typed
                ? typed
                : throw Bad(key, expected)
            : default;
}
