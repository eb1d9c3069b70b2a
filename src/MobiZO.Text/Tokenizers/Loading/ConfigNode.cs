using System.Text.Json;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>A place in a tokenizer file: reads values and, when they are not what was expected, says which file and key.</summary>
internal readonly struct ConfigNode(string file, string path, JsonElement element)
{
    public string Path => path;

    public JsonValueKind Kind => element.ValueKind;

    public string Type => Text("type");

    public ConfigNode? Find(string key)
    {
        Require(JsonValueKind.Object);
        return element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new ConfigNode(file, path.Length == 0 ? key : $"{path}.{key}", value)
            : null;
    }

    public ConfigNode Get(string key) => Find(key) ?? throw Broken($"the key '{key}' is missing");

    public string Text(string key) => Get(key).AsText();

    public string Text(string key, string whenAbsent) => Find(key)?.AsText() ?? whenAbsent;

    public bool Flag(string key) => Get(key).AsFlag();

    public bool Flag(string key, bool whenAbsent) => Find(key)?.AsFlag() ?? whenAbsent;

    public int Number(string key) => Get(key).AsNumber();

    public List<ConfigNode> Items(string key) => Get(key).AsItems();

    public List<ConfigNode> AsItems()
    {
        Require(JsonValueKind.Array);
        var items = new List<ConfigNode>(element.GetArrayLength());
        foreach (JsonElement item in element.EnumerateArray())
        {
            items.Add(new ConfigNode(file, $"{path}[{items.Count}]", item));
        }

        return items;
    }

    public IEnumerable<(string Key, ConfigNode Value)> AsEntries()
    {
        Require(JsonValueKind.Object);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = ReadName(property);
            yield return (name, new ConfigNode(file, $"{path}.{name}", property.Value));
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

    public bool AsFlag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Broken($"expected true or false, found {Describe()}"),
    };

    public int AsNumber() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number)
        ? number
        : throw Broken($"expected an integer, found {Describe()}");

    public double AsReal() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number)
        ? number
        : throw Broken($"expected a number, found {Describe()}");

    public TokenizerException Broken(string problem) =>
        new($"{file}: {(path.Length == 0 ? "" : $"at '{path}': ")}{problem}. The file should be a tokenizer.json of the Hugging Face tokenizers library; save it again from there.");

    public TokenizerException Unsupported(string what) =>
        new($"{file}: at '{path}': {what} is not supported by this library. Use a model whose tokenizer does without it.");

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

    private string Describe() => element.ValueKind is JsonValueKind.Number ? $"the number {element.GetRawText()}" : Describe(element.ValueKind);

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "nothing",
    };
}
