using System.Globalization;
using System.Text;
using System.Text.Json;
using LLama;
using LLama.Common;
using MobiZO.TestKit;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>
/// The bundled vocabulary in GGUF files with every name of a pre-tokenizer, against llama.cpp (LLamaSharp 0.30.0): the ids of the texts of
/// all tokenizer vectors that were written by hand.
/// </summary>
public sealed class PreTokenizerTests : IDisposable
{
    private static readonly Lazy<string[]> s_texts = new(ReadTexts);

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-vocabulary-").FullName;

    [Theory]
    [InlineData("default")]
    [InlineData("gpt-2")]
    [InlineData("smollm")]
    [InlineData("starcoder")]
    [InlineData("refact")]
    [InlineData("llama-bpe")]
    [InlineData("dbrx")]
    [InlineData("smaug-bpe")]
    [InlineData("deepseek-llm")]
    [InlineData("deepseek-coder")]
    [InlineData("deepseek-v3")]
    [InlineData("falcon")]
    [InlineData("bloom")]
    [InlineData("viking")]
    [InlineData("bailingmoe")]
    [InlineData("seed-coder")]
    [InlineData("exaone-moe")]
    [InlineData("jais-2")]
    [InlineData("youtu")]
    public void Ids_are_those_of_llama_cpp(string pre) => Check(Nano() with { Pre = pre }, s_texts.Value);

    /// <summary>
    /// Left out: combining marks and letters that are composed away. llama.cpp does not compose, though the original tokenizers do, and its
    /// expressions of gpt-4o and tekken are adapted ones in which a mark is no letter.
    /// </summary>
    [Theory]
    [InlineData("mpt")]
    [InlineData("olmo")]
    [InlineData("command-r")]
    [InlineData("qwen2")]
    [InlineData("qwen35")]
    [InlineData("stablelm2")]
    [InlineData("gpt-4o")]
    [InlineData("tekken")]
    public void Ids_are_those_of_llama_cpp_but_for_marks(string pre) =>
        Check(Nano() with { Pre = pre }, s_texts.Value.Where(text => !text.EnumerateRunes().Any(IsMarkOrComposed)));

    /// <summary>
    /// Left out: digits beside letters that are not ASCII, where llama.cpp sees a border of words and Oniguruma does not.
    /// </summary>
    [Theory]
    [InlineData("tiny_aya")]
    public void Ids_are_those_of_llama_cpp_but_for_borders(string pre) =>
        Check(Nano() with { Pre = pre }, s_texts.Value.Where(text => text.All(char.IsAscii) || !text.Any(char.IsAsciiDigit)));

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Check(GgufVocabulary vocabulary, IEnumerable<string> texts)
    {
        var path = Path.Combine(_folder, "vocabulary.gguf");
        VocabularyFile.Write(path, vocabulary);
        var ours = Tokenizer.FromGguf(vocabulary);
        using var theirs = LLamaWeights.LoadFromFile(new ModelParams(path) { VocabOnly = true });
        var (count, different) = (0, new List<string>());
        foreach (var text in texts)
        {
            count++;
            int[] expected =
            [
                .. theirs.Tokenize(text, add_bos: false, special: true, System.Text.Encoding.UTF8).Select(token => (int)token),
            ];
            var found = ours.Encode(text, addSpecialTokens: false).Ids;
            if (!expected.SequenceEqual(found))
            {
                different.Add($"{JsonSerializer.Serialize(text)}: llama.cpp {string.Join(' ', expected)}; ours {string.Join(' ', found)}");
            }
        }

        Assert.True(count > 200, $"There are {count} texts.");
        Assert.True(different.Count == 0, $"{different.Count} of {count} texts differ:\n{string.Join('\n', different.Take(8))}");
    }

    private static bool IsMarkOrComposed(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark
        || rune.Value
            is 0x2126
                or 0x212A
                or 0x212B
                or (>= 0x1100 and <= 0x11FF)
                or (>= 0xF900 and <= 0xFB4E)
                or (>= 0x2F800 and <= 0x2FA1F);

    private static GgufVocabulary Nano()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json")));
        var model = document.RootElement.GetProperty("model");
        string[] tokens =
        [
            .. model.GetProperty("vocab").EnumerateObject().OrderBy(token => token.Value.GetInt32()).Select(token => token.Name),
        ];
        int[] special =
        [
            .. document.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("id").GetInt32()),
        ];
        return new GgufVocabulary
        {
            Model = "gpt2",
            Tokens = tokens,
            TokenTypes = [.. tokens.Select((_, id) => special.Contains(id) ? 3 : 1)],
            Merges = [.. model.GetProperty("merges").EnumerateArray().Select(pair => $"{pair[0].GetString()} {pair[1].GetString()}")],
            BosId = 0,
            EosId = 0,
            AddBos = false,
        };
    }

    private static string[] ReadTexts() =>
        [
            .. File.ReadLines(Shared.PathOf("fixtures", "tokenizers", "nano.cases.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!)
                .Where(text => text.Length > 0)
                .Distinct(StringComparer.Ordinal),
        ];
}
