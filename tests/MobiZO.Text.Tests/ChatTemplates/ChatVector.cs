using System.Text.Json;
using MobiZO.TestKit;
using MobiZO.Text.ChatTemplates;

namespace MobiZO.Text.Tests.ChatTemplates;

/// <summary>One line of the chat fixtures, made with transformers 5.23.0 and jinja2 3.1.6.</summary>
internal sealed class ChatVector
{
    public const string Folder = "fixtures/chat";

    // The fixtures were made at this time.
    private static readonly DateTime s_time = new(2024, 7, 26, 9, 5, 7);

    private readonly JsonElement _line;

    private ChatVector(JsonElement line)
    {
        _line = line;
    }

    public string Id => _line.GetProperty("id").GetString()!;

    public string Template => _line.GetProperty("template").GetString()!;

    public string? Expected => _line.TryGetProperty("expected", out var expected) ? expected.GetString() : null;

    public bool IsRaisedByTemplate => _line.GetProperty("error").GetProperty("raised_by_template").GetBoolean();

    public string ErrorMessage => _line.GetProperty("error").GetProperty("message").GetString()!;

    public IReadOnlyDictionary<string, object?> Context => Tree("context");

    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Messages =>
        [.. List("messages")!.Select(message => (IReadOnlyDictionary<string, object?>)message!)];

    public ChatTemplateOptions Options =>
        new()
        {
            AddGenerationPrompt = _line.GetProperty("add_generation_prompt").GetBoolean(),
            ContinueFinalMessage = _line.GetProperty("continue_final_message").GetBoolean(),
            SpecialTokens = Tree("variables").ToDictionary(entry => entry.Key, entry => (string)entry.Value!),
            ExtraVariables = Tree("kwargs"),
            Tools = List("tools"),
            Documents = List("documents"),
            CurrentTime = s_time,
        };

    /// <summary>Start and end of each generation span in code points, or null where the line does not tell.</summary>
    public IReadOnlyList<(int Start, int End)>? GenerationSpans =>
        _line.TryGetProperty("generation_spans", out var spans)
            ? [.. spans.EnumerateArray().Select(span => (span[0].GetInt32(), span[1].GetInt32()))]
            : null;

    /// <summary>Suite and identity of every line of the suites that there are.</summary>
    public static TheoryData<string, string> Rows(params string[] suites)
    {
        var rows = new TheoryData<string, string>();
        foreach (var suite in suites)
        {
            foreach (var vector in Read(suite))
            {
                rows.Add(suite, vector.Id);
            }
        }

        return rows;
    }

    public static ChatVector Find(string suite, string id) => Read(suite).Single(vector => vector.Id == id);

    public static string TemplateText(string name) => File.ReadAllText(Shared.PathOf(Folder, "templates", name + ".jinja"));

    private static IEnumerable<ChatVector> Read(string suite)
    {
        var path = Shared.PathOf(Folder, suite + ".jsonl");
        return File.Exists(path) ? File.ReadLines(path).Select(line => new ChatVector(JsonDocument.Parse(line).RootElement)) : [];
    }

    private IReadOnlyDictionary<string, object?> Tree(string name) =>
        _line.TryGetProperty(name, out var element)
            ? (IReadOnlyDictionary<string, object?>)ChatValue.FromJson(element)!
            : new Dictionary<string, object?>();

    private IReadOnlyList<object?>? List(string name) =>
        _line.TryGetProperty(name, out var element) ? (IReadOnlyList<object?>?)ChatValue.FromJson(element) : null;
}
