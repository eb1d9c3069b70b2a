using System.Text.Json;
using MobiZO.Data;
using MobiZO.Export;
using MobiZO.Merging;
using MobiZO.Models;
using MobiZO.TestKit;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Peers.Tests.GenAi;

/// <summary>Folders of GGUF files in ONNX Runtime GenAI: its tokenizer reads the files that are written with them.</summary>
public sealed class GgufFolderTests : IDisposable
{
    // What GenAI's tokenizer cuts whatever the vocabulary says.
    private const int LongestWord = 100;

    private const string ChatTemplate =
        "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private static readonly Lazy<string[]> s_texts = new(ReadTexts);

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-genai-").FullName;

    private string Out => Path.Combine(_folder, "out");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("llama-gqa-f32", false)]
    [InlineData("gemma-f16", false)]
    [InlineData("qwen2-q80", true)]
    public void A_file_has_the_ids_that_we_give(string name, bool composes)
    {
        using var model = LocalModel.Open(Shared.PathOf("fixtures", "gguf", name, "model.gguf"));
        var warnings = new List<string>();
        var result = GenAiExport.Write(model, null, Out, warnings: new Telling(warnings));
        Assert.Empty(warnings);
        Assert.Contains(Path.Combine(Out, "tokenizer.json"), result.Written);
        Check(model.Tokenizer, composes);
    }

    /// <summary>One name of every pre-tokenizer that GenAI reads exactly, with the vocabulary of the bundled model.</summary>
    [Theory]
    [InlineData("gpt-2", false)]
    [InlineData("mpt", true)]
    [InlineData("smollm", false)]
    [InlineData("command-r", true)]
    [InlineData("llama-bpe", false)]
    [InlineData("dbrx", false)]
    [InlineData("qwen2", true)]
    [InlineData("bailingmoe", false)]
    [InlineData("qwen35", true)]
    [InlineData("deepseek-v3", false)]
    [InlineData("tekken", false)]
    [InlineData("gpt-4o", false)]
    [InlineData("seed-coder", false)]
    [InlineData("laguna", false)]
    public void A_pre_tokenizer_gives_the_same_ids(string pre, bool composes) =>
        Check(ByteLevel(Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json")) with { Pre = pre }, composes);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Scores_of_a_published_model_give_the_same_ids(bool addSpace) =>
        Check(
            SentencePiece(Shared.PathOf("fixtures", "tokenizers", "mistral-v1.tokenizer.json")) with
            {
                AddSpacePrefix = addSpace,
            },
            composes: false
        );

    /// <summary>The bundled model with a chat template, as a GGUF file that brings the template along.</summary>
    [Fact]
    public void A_converted_model_chats_as_its_folder_does()
    {
        var (folder, file) = (Path.Combine(_folder, "nano"), Path.Combine(_folder, "nano.gguf"));
        Directory.CreateDirectory(folder);
        foreach (var source in Directory.GetFiles(Path.Combine(Shared.Repository, "models", "nano")))
        {
            File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        }

        File.WriteAllText(Path.Combine(folder, "chat_template.jinja"), ChatTemplate);
        string chat;
        var options = new EngineOptions { CacheFolder = Path.Combine(_folder, "cache") };
        using (var model = LocalModel.Open(folder, options))
        {
            GgufConversion.Write(model.Checkpoint, null, file, MergedType.F16);
            chat = model.RenderChat([new ChatTurn("user", "Is this \u201Cspam\u201D?")], addGenerationPrompt: true);
        }

        using var converted = LocalModel.Open(file, options);
        GenAiExport.Write(converted, null, Out);
        using var peer = new GenAiModel(Out);
        Assert.Equal(chat, peer.Chat("""[{ "role": "user", "content": "Is this \u201Cspam\u201D?" }]"""));
        Assert.Equal(converted.Tokenizer.Encode(chat, addSpecialTokens: false).Ids, peer.Encode([chat])[0].Ids);
        Check(converted.Tokenizer, composes: false);
    }

    [Fact]
    public void What_GenAI_cannot_read_is_told()
    {
        var file = Path.Combine(_folder, "bloom.gguf");
        var bytes = File.ReadAllBytes(Shared.PathOf("fixtures", "gguf", "qwen2-q80", "model.gguf"));
        var place = bytes.AsSpan().IndexOf("tokenizer.ggml.pre"u8) + "tokenizer.ggml.pre".Length + sizeof(int) + sizeof(long);
        "bloom"u8.CopyTo(bytes.AsSpan(place, "qwen2".Length));
        File.WriteAllBytes(file, bytes);
        using var model = LocalModel.Open(file, new EngineOptions { CacheFolder = Path.Combine(_folder, "cache") });
        var warnings = new List<string>();
        GenAiExport.Write(model, null, Out, warnings: new Telling(warnings));
        Assert.Contains("'bloom'", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(model.Tokenizer.Encode("a, b").Ids, Tokenizer.FromFile(Path.Combine(Out, "tokenizer.json")).Encode("a, b").Ids);
    }

    /// <summary>All scores are zero, and of "ete" and "tet" the left two are merged: no order of the merges says both.</summary>
    [Fact]
    public void What_no_file_can_say_is_told_and_the_rest_is_written()
    {
        const string Key = "tokenizer.ggml.scores";
        var file = Path.Combine(_folder, "zero.gguf");
        var bytes = File.ReadAllBytes(Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf"));
        "\u0002\0\0\0\0\0\0\0et"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("\u0002\0\0\0\0\0\0\0in"u8)));
        "\u0002\0\0\0\0\0\0\0te"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("\u0002\0\0\0\0\0\0\0he"u8)));
        var place = bytes.AsSpan().IndexOf("tokenizer.ggml.scores"u8) + Key.Length + (2 * sizeof(int));
        var count = BitConverter.ToInt32(bytes, place);
        bytes.AsSpan(place + sizeof(long), count * sizeof(float)).Clear();
        File.WriteAllBytes(file, bytes);
        using var model = LocalModel.Open(file, new EngineOptions { CacheFolder = Path.Combine(_folder, "cache") });
        var warnings = new List<string>();
        var result = GenAiExport.Write(model, null, Out, warnings: new Telling(warnings));
        Assert.Contains("kind llama", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(Path.Combine(Out, "tokenizer.json"), result.Written);
        Assert.Contains(Path.Combine(Out, GenAiExport.ConfigFile), result.Written);
    }

    /// <summary>A vocabulary beside a model that is not its own: tokenizers do not look at models.</summary>
    private void Check(GgufVocabulary vocabulary, bool composes)
    {
        using (var model = LocalModel.Open(Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf")))
        {
            GenAiExport.Write(model, null, Out);
        }

        var config = Path.Combine(Out, "tokenizer_config.json");
        File.WriteAllBytes(Path.Combine(Out, "tokenizer.json"), Tokenizer.JsonOfGguf(vocabulary));
        if (vocabulary.Model == "gpt2")
        {
            var text = File.ReadAllText(config);
            Assert.Contains("\"GemmaTokenizer\"", text, StringComparison.Ordinal);
            File.WriteAllText(config, text.Replace("GemmaTokenizer", "PreTrainedTokenizerFast", StringComparison.Ordinal));
        }

        Check(Tokenizer.FromGguf(vocabulary), composes);
    }

    private void Check(ITokenizer tokenizer, bool composes)
    {
        // GenAI does not compose characters, also where the files of a published model ask for it.
        string[] texts = [.. s_texts.Value.Where(text => !composes || tokenizer.Decode(tokenizer.Encode(text).Ids, false) == text)];
        using var peer = new GenAiModel(Out);
        string[] different =
        [
            .. texts
                .Zip(peer.Encode(texts))
                .Where(pair => !tokenizer.Encode(pair.First, addSpecialTokens: false).Ids.SequenceEqual(pair.Second.Ids))
                .Select(pair => JsonSerializer.Serialize(pair.First)),
        ];
        Assert.True(texts.Length > 300, $"There are {texts.Length} texts.");
        Assert.True(different.Length == 0, $"{different.Length} of {texts.Length} texts differ: {string.Join(", ", different.Take(5))}");
    }

    private static GgufVocabulary ByteLevel(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        int[] special =
        [
            .. document.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("id").GetInt32()),
        ];
        var (tokens, merges) = Read(document);
        return new GgufVocabulary
        {
            Model = "gpt2",
            Tokens = tokens,
            TokenTypes = [.. tokens.Select((_, id) => special.Contains(id) ? 3 : 1)],
            Merges = [.. merges.Select(pair => $"{pair[0].GetString()} {pair[1].GetString()}")],
            AddBos = false,
        };
    }

    private static GgufVocabulary SentencePiece(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var (tokens, merges) = Read(document);
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (rank, merge) in merges.Index())
        {
            ranks.TryAdd(merge.GetString()!.Replace(" ", "", StringComparison.Ordinal), rank);
        }

        return new GgufVocabulary
        {
            Model = "llama",
            Tokens = tokens,
            Scores = [.. tokens.Select((token, _) => (float)-ranks.GetValueOrDefault(token, ranks.Count))],
            TokenTypes =
            [
                .. tokens.Select(
                    (token, id) =>
                        id == 0 ? 2
                        : id < 3 ? 3
                        : token is ['<', '0', 'x', _, _, '>'] ? 6
                        : 1
                ),
            ],
        };
    }

    private static (string[] Tokens, JsonElement[] Merges) Read(JsonDocument document)
    {
        var model = document.RootElement.GetProperty("model");
        var vocabulary = model.GetProperty("vocab").EnumerateObject().OrderBy(token => token.Value.GetInt32());
        return ([.. vocabulary.Select(token => token.Name)], [.. model.GetProperty("merges").EnumerateArray()]);
    }

    private static string[] ReadTexts() =>
        [
            .. File.ReadLines(Shared.PathOf("fixtures", "tokenizers", "nano.cases.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)
                .Where(text => text.Length > 0 && !text.Contains('\0') && text.Split(' ').All(word => word.Length < LongestWord))
                .Where(text => text.Trim(' ').Length > 0 || text.Length < LongestWord)
                .Distinct(StringComparer.Ordinal),
        ];

    private sealed class Telling(List<string> told) : IProgress<string>
    {
        public void Report(string value) => told.Add(value);
    }
}
