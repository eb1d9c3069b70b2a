using System.Text;
using System.Text.Json;
using MobiZO.Data;
using MobiZO.TestKit;
using MobiZO.Text.Tokenizers;
using Encoding = MobiZO.Text.Tokenizers.Encoding;

namespace MobiZO.Tests.Data;

/// <summary>
/// Borders of prompt and answer on encodings recorded from the Python libraries tokenizers 0.23.3 and sentencepiece 0.2.3.
/// </summary>
public sealed class PromptAnswerIdsTests
{
    public static TheoryData<string> Recordings()
    {
        string folder = Shared.PathOf("fixtures", "tokenizers");
        const string ending = ".boundary.jsonl";
        return
        [
            .. Directory
                .GetFiles(folder, "*" + ending)
                .Select(file => Path.GetFileName(file)[..^ending.Length])
                .Order(StringComparer.Ordinal),
        ];
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void TheAnswerBeginsWhereTheRecordingSays(string name) => CheckAll(name, tokenizer: null);

    [Theory]
    [InlineData("nano")]
    [InlineData("mistral-v1")]
    public void TheProjectsTokenizersBeginItThereToo(string name) => CheckAll(name, Load(name));

    /// <summary>A tokenizer of the fixtures by its name there.</summary>
    internal static ITokenizer Load(string name) =>
        Tokenizer.FromFile(
            name switch
            {
                "nano" => Path.Combine(Shared.Repository, "models", "nano", "tokenizer.json"),
                _ => Shared.PathOf("fixtures", "tokenizers", name + ".tokenizer.json"),
            }
        );

    private static void CheckAll(string name, ITokenizer? tokenizer)
    {
        int cases = 0;
        foreach (string line in File.ReadLines(Shared.PathOf("fixtures", "tokenizers", name + ".boundary.jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            Check(document.RootElement, tokenizer);
            cases++;
        }

        Assert.True(cases >= 50, $"{cases} cases");
    }

    private static void Check(JsonElement recorded, ITokenizer? tokenizer)
    {
        string prompt = recorded.GetProperty("prompt").GetString()!;
        string answer = recorded.GetProperty("answer").GetString()!;
        bool addSpecialTokens = recorded.GetProperty("add_special_tokens").GetBoolean();
        int[] ids = [.. recorded.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        int[] units = UnitsOfCodePoints(prompt + answer);
        (int, int)[] offsets =
        [
            .. recorded.GetProperty("offsets").EnumerateArray().Select(range => (units[range[0].GetInt32()], units[range[1].GetInt32()])),
        ];
        tokenizer ??= new RecordedTokenizer(prompt + answer, addSpecialTokens, new Encoding(ids, offsets));

        PromptAnswerIds found = PromptAnswerIds.Find(tokenizer, prompt, [answer], addSpecialTokens);

        string id = recorded.GetProperty("id").GetString()!;
        JsonElement first = recorded.GetProperty("first_answer_token");
        if (first.ValueKind == JsonValueKind.Null)
        {
            Assert.True(found.AnswerIds[0].Length == 0, id);
            return;
        }

        Assert.True(ids.AsSpan(0, first.GetInt32()).SequenceEqual(found.PromptIds), id);
        Assert.True(ids.AsSpan(first.GetInt32()).SequenceEqual(found.AnswerIds[0]), id);
    }

    /// <summary>The recordings count code points; for each of them the UTF-16 unit where it begins, and the length at the end.</summary>
    private static int[] UnitsOfCodePoints(string text)
    {
        var units = new List<int>();
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            units.Add(at);
            at += rune.Utf16SequenceLength;
        }

        return [.. units, text.Length];
    }
}
