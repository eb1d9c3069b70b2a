using System.Text.RegularExpressions;
using MobiZO.TestKit;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Library;
using MobiZO.Text.ChatTemplates.Syntax;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.Tests.ChatTemplates;

public sealed partial class ChatTemplateFixtureTests
{
    public static TheoryData<string, string> Chats =>
        ChatVector.Rows(
            "smollm2",
            "chatml",
            "chatml-generation",
            "deepseek-r1",
            "gemma3",
            "granite-3",
            "llama-3.1",
            "llama2",
            "llama3",
            "mistral-v1",
            "mistral-v3-tools",
            "phi3",
            "qwen2.5",
            "qwen3",
            "zephyr"
        );

    public static TheoryData<string, string> Snippets => ChatVector.Rows("snippets");

    [Theory]
    [MemberData(nameof(Chats))]
    public void RendersAsTransformersDoes(string suite, string id)
    {
        var vector = ChatVector.Find(suite, id);
        var template = ChatTemplate.Parse(ChatVector.TemplateText(vector.Template));
        Check(
            vector,
            () =>
            {
                var rendered = template.RenderWithSpans(vector.Messages, vector.Options);
                if (vector.GenerationSpans is { } spans)
                {
                    Assert.Equal(
                        spans,
                        rendered.GenerationSpans.Select(span =>
                            (CodePoints(rendered.Text, span.Start.Value), CodePoints(rendered.Text, span.End.Value))
                        )
                    );
                }

                return rendered.Text;
            }
        );
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public void RunsSnippetsAsJinjaDoes(string suite, string id)
    {
        var vector = ChatVector.Find(suite, id);
        Check(
            vector,
            () =>
            {
                var variables = vector.Context.ToDictionary(entry => entry.Key, entry => HostValues.Import(entry.Value, entry.Key));
                variables["strftime_now"] = Functions.StrftimeNow(new DateTime(2024, 7, 26, 9, 5, 7));
                return Interpreter.Render(Parser.Parse(vector.Template), variables).Text;
            }
        );
    }

    private static void Check(ChatVector vector, Func<string> render)
    {
        if (vector.Expected is { } expected)
        {
            // Where Python prints an object it adds its address in memory.
            Assert.Equal(MemoryAddress().Replace(expected, string.Empty), render());
            return;
        }

        var exception = Assert.Throws<ChatTemplateException>(render);
        Assert.Equal(vector.IsRaisedByTemplate, exception.RaisedByTemplate);
        if (vector.IsRaisedByTemplate)
        {
            Assert.Equal(vector.ErrorMessage, exception.Message);
        }
    }

    private static int CodePoints(string text, int index) => text[..index].EnumerateRunes().Count();

    [GeneratedRegex(" at 0x[0-9a-f]+(?=>)")]
    private static partial Regex MemoryAddress();
}
