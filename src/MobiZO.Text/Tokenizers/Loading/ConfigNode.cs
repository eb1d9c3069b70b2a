using System.Globalization;
using System.Text.Json;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>A place in a tokenizer file. It reads values; when one is not what was expected, the error says which file and key.</summary>
/// <param name="file">What messages call the file.</param>
/// <param name="parent">Where the node that holds this one stands.</param>
/// <param name="key">The key in that node, or null for an item of a list.</param>
/// <param name="index">The index in that list.</param>
/// <param name="element">The value.</param>
internal readonly struct ConfigNode(string file, string parent, string? key, int index, JsonElement element)
{
    /// <summary>Where the node stands; put together on demand, because vocabularies have very many.</summary>
    public string Path =>
        key is null ? string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]")
        : parent.Length == 0 ? key
        : $"{parent}.{key}";

    /// <summary>What messages call the file.</summary>
    public string File => file;

    public JsonValueKind Kind => element.ValueKind;

    public string Type => Text("type");

    public static ConfigNode Root(string file, JsonElement element) => new(file, "", "", 0, element);

    public ConfigNode? Find(string name)
    {
        Require(JsonValueKind.Object);
        return element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new ConfigNode(file, Path, name, 0, value)
            : null;
    }

    public ConfigNode Get(string name) => Find(name) ?? throw Broken($"the key '{name}' is missing");

    public string Text(string name) => Get(name).AsText();

    public string Text(string name, string whenAbsent) => Find(name)?.AsText() ?? whenAbsent;

    public bool Flag(string name) => Get(name).AsFlag();

    public bool Flag(string name, bool whenAbsent) => Find(name)?.AsFlag() ?? whenAbsent;

    public int Number(string name) => Get(name).AsNumber();

    public List<ConfigNode> Items(string name) => Get(name).AsItems();

    public List<ConfigNode> AsItems()
    {
        Require(JsonValueKind.Array);
        string path = Path;
        var items = new List<ConfigNode>(element.GetArrayLength());
        foreach (JsonElement item in element.EnumerateArray())
        {
            items.Add(new ConfigNode(file, path, null, items.Count, item));
        }

        return items;
    }

    public IEnumerable<(string Key, ConfigNode Value)> AsEntries()
    {
        Require(JsonValueKind.Object);
        string path = Path;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = ReadName(property);
            yield return (name, new ConfigNode(file, path, name, 0, property.Value));
        }
    }

    public string AsText()
    {
        Require(JsonValueKind.String);
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Broken("expected a valid string, found broken UTF-8 or half a surrogate pair");
        }
    }

    public bool AsFlag() =>
        element.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Broken($"expected true or false, found {Describe()}"),
        };

    public int AsNumber() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number)
            ? number
            : throw Broken($"expected an integer, found {Describe()}");

    public double AsReal() =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number)
            ? number
            : throw Broken($"expected a number, found {Describe()}");

    public TokenizerException Broken(string problem)
    {
        string place = Path.Length == 0 ? "" : $"at '{Path}': ";
        return new TokenizerException(
            $"{file}: {place}{problem}. The file should be a tokenizer.json of the Hugging Face tokenizers library; "
                + "save it again from there."
        );
    }

    public TokenizerException Unsupported(string what) =>
        new($"{file}: at '{Path}': {what} is not supported by this library. Use a model whose tokenizer does without it.");

    private string ReadName(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Broken("expected valid strings as keys, found broken UTF-8 or half a surrogate pair");
        }
    }

    private void Require(JsonValueKind kind)
    {
        if (element.ValueKind != kind)
        {
            throw Broken($"expected {Describe(kind)}, found {Describe()}");
        }
    }

    private string Describe() =>
        element.ValueKind is JsonValueKind.Number ? $"the number {element.GetRawText()}" : Describe(element.ValueKind);

    private static string Describe(JsonValueKind kind) =>
        kind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            JsonValueKind.True or JsonValueKind.False => "true or false",
            _ => "nothing",
        };
}
