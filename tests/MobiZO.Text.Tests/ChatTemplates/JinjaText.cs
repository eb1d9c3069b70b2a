using System.Text.Json;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Syntax;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.Tests.ChatTemplates;

/// <summary>Renders bare Jinja text in tests.</summary>
internal static class JinjaText
{
    public static string Render(string template, string variablesJson = "{}")
    {
        var tree = (IReadOnlyDictionary<string, object?>)ChatValue.FromJson(JsonDocument.Parse(variablesJson).RootElement)!;
        return Interpreter
            .Render(Parser.Parse(template), tree.ToDictionary(entry => entry.Key, entry => HostValues.Import(entry.Value, entry.Key)))
            .Text;
    }

    public static ChatTemplateException Error(string template, string variablesJson = "{}") =>
        Assert.Throws<ChatTemplateException>(() => Render(template, variablesJson));
}
