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

    private static readonly Dictionary<string, Lazy<ITokenizer>> s_tokenizers = [];

    /// <summary>Files like <c>synthetic/name.cases.jsonl</c> whose tokenizer file exists.</summary>
    public static TheoryData<string> Files(string kind) => [.. Names(kind)];

    /// <summary>The names in <see cref="Files"/>.</summary>
    public static IReadOnlyList<string> Names(string kind)
    {
        var names = new List<string>();
        foreach (string folder in new[] { "", "synthetic" })
        {
            string path = Shared.PathOf(Folder, folder);
            string[] files = Directory.Exists(path) ? Directory.GetFiles(path, $"*.{kind}.jsonl") : [];
            foreach (string file in files.Select(Path.GetFileName).Order(StringComparer.Ordinal)!)
            {
                string name = Path.Combine(folder, file[..^(kind.Length + 7)]);
                if (File.Exists(TokenizerPath(name)) && !IsOtherModel(name))
                {
                    names.Add(name);
                }
            }
        }

        return names;
    }

    /// <summary>WordPiece and Unigram models are refused by design; LoadingTests check that they are.</summary>
    public static bool IsOtherModel(string name) => Path.GetFileName(name) is var file
        && (file.StartsWith("unigram-", StringComparison.Ordinal) || file.StartsWith("wordpiece-", StringComparison.Ordinal));

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

    public static List<Vector> Read(string name, string kind) => Vector.ReadAll(Shared.PathOf(Folder, $"{name}.{kind}.jsonl"));
}
