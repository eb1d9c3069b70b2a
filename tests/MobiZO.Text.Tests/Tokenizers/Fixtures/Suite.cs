using System.Text.Json;
using MobiZO.TestKit;

namespace MobiZO.Text.Tests.Tokenizers.Fixtures;

/// <summary>Finds the tokenizer vectors by listing their folder, and the tokenizer that belongs to each.</summary>
internal static class Suite
{
    public const string Folder = "fixtures/tokenizers";

    private static readonly Dictionary<string, string> s_elsewhere = new()
    {
        ["smollm2"] = Shared.PathOf("models", "smollm2-135m-instruct", "tokenizer.json"),
        ["nano"] = Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json"),
    };

    private static readonly string[] s_textKeys = ["text", "pair", "prompt", "answer", "input"];

    private static readonly Dictionary<string, Lazy<ITokenizer>> s_tokenizers = [];

    /// <summary>Files like <c>synthetic/name.cases.jsonl</c> whose tokenizer file exists.</summary>
    public static TheoryData<string> Files(string kind) => [.. Names(kind)];

    /// <summary>The names in <see cref="Files"/>.</summary>
    public static IEnumerable<string> Names(string kind)
    {
        foreach (string folder in new[] { "", "synthetic" })
        {
            string path = Shared.PathOf(Folder, folder);
            string[] files = Directory.Exists(path) ? Directory.GetFiles(path, $"*.{kind}.jsonl") : [];
            foreach (string file in files.Select(Path.GetFileName).Order(StringComparer.Ordinal)!)
            {
                string name = Path.Combine(folder, file[..^(kind.Length + 7)]);
                if (File.Exists(TokenizerPath(name)))
                {
                    yield return name;
                }
            }
        }
    }

    public static string TokenizerPath(string name) =>
        s_elsewhere.GetValueOrDefault(name) ?? Shared.PathOf(Folder, $"{name}.tokenizer.json");

    public static ITokenizer Load(string name)
    {
        lock (s_tokenizers)
        {
            if (!s_tokenizers.TryGetValue(name, out Lazy<ITokenizer>? tokenizer))
            {
                s_tokenizers[name] = tokenizer = new Lazy<ITokenizer>(() => Tokenizer.FromFile(TokenizerPath(name)));
            }

            return tokenizer.Value;
        }
    }

    /// <summary>Every text that any fixture encodes: texts, pairs, prompts, answers and both together.</summary>
    public static IEnumerable<string> Texts()
    {
        string[] files = Directory.GetFiles(Shared.PathOf(Folder), "*.jsonl", SearchOption.AllDirectories);
        foreach (Vector vector in files.Order(StringComparer.Ordinal).SelectMany(Vector.ReadAll))
        {
            foreach (string key in s_textKeys.Where(vector.Has))
            {
                yield return vector.Text(key);
            }

            if (vector.Has("prompt") && vector.Has("answer"))
            {
                yield return vector.Text("prompt") + vector.Text("answer");
            }
        }
    }

    /// <summary>The spellings of the added tokens of all tokenizers.</summary>
    public static IEnumerable<string> AddedTokens() => Names("cases").SelectMany(AddedTokens).Distinct(StringComparer.Ordinal);

    public static List<Vector> Read(string name, string kind) => Vector.ReadAll(Shared.PathOf(Folder, $"{name}.{kind}.jsonl"));

    private static string[] AddedTokens(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(TokenizerPath(name)));
        return
        [
            .. file.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString()!),
        ];
    }
}
