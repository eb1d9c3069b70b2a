using System.Text.Json;

namespace MobiZO.TestKit.Tiny;

/// <summary>A tokenizer of single ASCII characters with a few words of one token, written as a tokenizer.json.</summary>
public static class TinyTokenizer
{
    private static readonly string[] s_words = ["Ġyes", "Ġno"];

    /// <summary>Ids in use, from 0.</summary>
    public static int Size => Vocabulary().Count;

    /// <summary>The id of a token as it stands in the file (a space is written Ġ).</summary>
    public static int IdOf(string token) => Vocabulary()[token];

    /// <summary>Writes the file.</summary>
    public static void Write(string path)
    {
        var merges = s_words.SelectMany(word =>
            Enumerable.Range(1, word.Length - 1).Select(end => new[] { word[..end], word[end..(end + 1)] })
        );
        File.WriteAllText(
            path,
            JsonSerializer.Serialize(
                new
                {
                    version = "1.0",
                    added_tokens = new[]
                    {
                        new
                        {
                            id = 0,
                            content = "<|end|>",
                            single_word = false,
                            lstrip = false,
                            rstrip = false,
                            normalized = false,
                            special = true,
                        },
                    },
                    pre_tokenizer = new
                    {
                        type = "ByteLevel",
                        add_prefix_space = false,
                        trim_offsets = true,
                        use_regex = true,
                    },
                    decoder = new
                    {
                        type = "ByteLevel",
                        add_prefix_space = true,
                        trim_offsets = true,
                        use_regex = true,
                    },
                    model = new
                    {
                        type = "BPE",
                        vocab = Vocabulary(),
                        merges,
                    },
                }
            )
        );
    }

    private static Dictionary<string, int> Vocabulary()
    {
        var tokens = new List<string> { "<|end|>" };
        tokens.AddRange(Enumerable.Range('!', '~' - '!' + 1).Select(code => ((char)code).ToString()));
        tokens.AddRange(["Ġ", "Ċ"]);
        tokens.AddRange(s_words.SelectMany(word => Enumerable.Range(2, word.Length - 1).Select(length => word[..length])));
        return tokens.Distinct().Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
    }
}
