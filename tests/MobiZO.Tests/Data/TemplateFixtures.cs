using System.Text.Json;
using MobiZO.Data;
using MobiZO.TestKit;
using MobiZO.Text.ChatTemplates;

namespace MobiZO.Tests.Data;

/// <summary>The chat templates of published models, as renderers of conversations.</summary>
internal sealed class TemplateFixtures
{
    private readonly ChatTemplate _template;
    private readonly Dictionary<string, string> _tokens;

    private TemplateFixtures(ChatTemplate template, Dictionary<string, string> tokens) => (_template, _tokens) = (template, tokens);

    public static IEnumerable<string> Names =>
        Directory.GetFiles(Shared.PathOf("fixtures/chat/templates"), "*.jinja").Select(Path.GetFileNameWithoutExtension).Order()!;

    public static TemplateFixtures Load(string name)
    {
        using var facts = JsonDocument.Parse(File.ReadAllText(Shared.PathOf("fixtures/chat/templates/templates.json")));
        return new TemplateFixtures(
            ChatTemplate.Parse(File.ReadAllText(Shared.PathOf($"fixtures/chat/templates/{name}.jinja"))),
            facts
                .RootElement.GetProperty(name)
                .GetProperty("variables")
                .EnumerateObject()
                .ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!)
        );
    }

    public string Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt) => RenderSpans(turns, addGenerationPrompt).Text;

    public RenderedChat RenderSpans(IReadOnlyList<ChatTurn> turns) => RenderSpans(turns, addGenerationPrompt: false);

    private RenderedChat RenderSpans(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt) =>
        _template.RenderWithSpans(
            [.. turns.Select(turn => new OrderedDictionary<string, object?> { ["role"] = turn.Role, ["content"] = turn.Content })],
            new ChatTemplateOptions
            {
                AddGenerationPrompt = addGenerationPrompt,
                SpecialTokens = _tokens,
                CurrentTime = new DateTime(2024, 7, 26, 9, 5, 7, DateTimeKind.Unspecified),
            }
        );
}
