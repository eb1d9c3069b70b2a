using System.Numerics;
using System.Text.Json;
using MobiZO.Text.ChatTemplates;

namespace MobiZO.Text.Tests.ChatTemplates;

public sealed class ChatTemplateTests
{
    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly ChatMessage[] s_messages = [new("user", "Hi"), new("assistant", "Hello ")];

    [Fact]
    public void RendersPlainMessages()
    {
        var template = ChatTemplate.Parse(ChatMl);
        var expected = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello <|im_end|>\n";
        Assert.Equal(expected, template.Render(s_messages, ChatTemplateOptions.Default));
        Assert.Equal(
            expected + "<|im_start|>assistant\n",
            template.Render(s_messages, new ChatTemplateOptions { AddGenerationPrompt = true })
        );
    }

    [Fact]
    public void ContinuesTheFinalMessage()
    {
        var options = new ChatTemplateOptions { ContinueFinalMessage = true };
        Assert.Equal(
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello ",
            ChatTemplate.Parse(ChatMl).Render(s_messages, options)
        );
        Assert.Equal("Hello", ChatTemplate.Parse("{{ messages[-1].content | trim }}").Render(s_messages, options));
    }

    [Fact]
    public void ContinuesTheFinalPartThatHasText()
    {
        var messages = Messages("[{\"role\": \"user\", \"content\": [{\"text\": \"a\"}, {\"text\": \"b\"}, {\"image\": 1}]}]");
        var template = ChatTemplate.Parse("{% for part in messages[0].content %}{{ part.text }};{% endfor %}");
        Assert.Equal("a;b", template.Render(messages, new ChatTemplateOptions { ContinueFinalMessage = true }));
    }

    [Theory]
    [InlineData("{{ messages[0].role }}", "[{\"role\": \"user\", \"content\": \"a\"}]", "does not appear in the rendered text")]
    [InlineData("x", "[{\"role\": \"user\", \"content\": 1}]", "there is none")]
    [InlineData("x", "[{\"role\": \"user\", \"content\": []}]", "no part of it has any")]
    public void RefusesToContinueWhatIsNotThere(string template, string messages, string error)
    {
        var exception = Assert.Throws<ChatTemplateException>(() =>
            ChatTemplate.Parse(template).Render(Messages(messages), new ChatTemplateOptions { ContinueFinalMessage = true })
        );
        Assert.Contains(error, exception.Message);
    }

    [Fact]
    public void RefusesAnEmptyConversationAndContradictoryOptions()
    {
        var template = ChatTemplate.Parse(ChatMl);
        Assert.Contains(
            "empty conversation",
            Assert.Throws<ChatTemplateException>(() => template.Render(Array.Empty<ChatMessage>(), ChatTemplateOptions.Default)).Message
        );
        Assert.Contains(
            "not compatible",
            Assert
                .Throws<ChatTemplateException>(() =>
                    template.Render(s_messages, new ChatTemplateOptions { AddGenerationPrompt = true, ContinueFinalMessage = true })
                )
                .Message
        );
    }

    [Fact]
    public void VariablesWinOverSpecialTokens()
    {
        var options = new ChatTemplateOptions
        {
            SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" },
            ExtraVariables = new Dictionary<string, object?> { ["eos_token"] = "<end>", ["n"] = 2L },
        };
        Assert.Equal(
            "<s><end>2[]None",
            ChatTemplate.Parse("{{ bos_token }}{{ eos_token }}{{ n }}[{{ pad_token }}]{{ tools }}").Render(s_messages, options)
        );
    }

    [Fact]
    public void RefusesReservedAndForeignVariables()
    {
        var template = ChatTemplate.Parse("x");
        Assert.Throws<ArgumentException>(() => template.Render(s_messages, Extra("messages", "x")));
        Assert.Contains(
            "System.Text.StringBuilder",
            Assert.Throws<ArgumentException>(() => template.Render(s_messages, Extra("x", new System.Text.StringBuilder()))).Message
        );

        static ChatTemplateOptions Extra(string name, object value) =>
            new() { ExtraVariables = new Dictionary<string, object?> { [name] = value } };
    }

    [Fact]
    public void DropsNullKeysAndSharesReasoning()
    {
        var messages = Messages("[{\"role\": \"assistant\", \"content\": null, \"reasoning\": \"r\"}]");
        Assert.Equal(
            "['role', 'reasoning', 'reasoning_content', 'thinking']rr",
            ChatTemplate
                .Parse("{{ messages[0] | list }}{{ messages[0].thinking }}{{ messages[0].reasoning_content }}")
                .Render(messages, ChatTemplateOptions.Default)
        );
    }

    [Fact]
    public void TheTimeIsAnOption()
    {
        var template = ChatTemplate.Parse("{{ strftime_now('%d %b %Y') if strftime_now is defined else 'no time' }}");
        Assert.Equal("no time", template.Render(s_messages, ChatTemplateOptions.Default));
        Assert.Equal("03 Feb 2026", template.Render(s_messages, new ChatTemplateOptions { CurrentTime = new DateTime(2026, 2, 3) }));
    }

    [Fact]
    public void TellsWhichPartsAreToBeLearnt()
    {
        const string Template = "{% for m in messages %}{{ m.role }}:{% generation %}{{ m.content }}{% endgeneration %};{% endfor %}";
        var messages = Messages("[{\"role\": \"a\", \"content\": \"xy\"}, {\"role\": \"b\", \"content\": \"z\"}]");
        var rendered = ChatTemplate.Parse(Template).RenderWithSpans(messages, ChatTemplateOptions.Default);
        Assert.Equal("a:xy;b:z;", rendered.Text);
        Assert.Equal([2..4, 7..8], rendered.GenerationSpans);
    }

    [Fact]
    public void ReadsJson()
    {
        var tree =
            (IReadOnlyDictionary<string, object?>)
                Json("{\"b\": [1, 2.5, true, null, \"x\", 123456789012345678901234567890], \"a\": 1, \"b2\": 1e2}")!;
        Assert.Equal(["b", "a", "b2"], tree.Keys);
        Assert.Equal([1L, 2.5, true, null, "x", BigInteger.Parse("123456789012345678901234567890")], (IReadOnlyList<object?>)tree["b"]!);
        Assert.Equal(100.0, tree["b2"]);
        Assert.Throws<FormatException>(() => Json("\"\\ud800\""));
        Assert.Throws<FormatException>(() => Json("1" + new string('0', 5000)));
    }

    private static object? Json(string text) => ChatValue.FromJson(JsonDocument.Parse(text).RootElement);

    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> Messages(string json) =>
        [.. ((IReadOnlyList<object?>)Json(json)!).Select(message => (IReadOnlyDictionary<string, object?>)message!)];
}
