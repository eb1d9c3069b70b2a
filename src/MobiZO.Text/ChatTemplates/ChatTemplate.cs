using MobiZO.Text.ChatTemplates.Evaluation;
using MobiZO.Text.ChatTemplates.Library;
using MobiZO.Text.ChatTemplates.Syntax;
using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates;

/// <summary>
/// A chat template in the Jinja language. It renders what <c>apply_chat_template</c> of the transformers library renders. It runs in a
/// sandbox: it sees only the values given to it, and its work, output and recursion are bounded. It is immutable, and several threads may
/// use it at once.
/// </summary>
public sealed class ChatTemplate
{
    private static readonly string[] s_reservedNames = ["messages", "tools", "documents", "add_generation_prompt"];

    private readonly IReadOnlyList<Statement> _statements;

    private ChatTemplate(IReadOnlyList<Statement> statements)
    {
        _statements = statements;
    }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The text, as in <c>chat_template</c> of a tokenizer configuration.</param>
    /// <exception cref="ChatTemplateException">
    /// The template has a syntax error, uses a tag that is not supported, or is too large.
    /// </exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Length <= TemplateLimits.MaximumSourceLength
            ? new ChatTemplate(Parser.Parse(source))
            : throw new ChatTemplateException(
                $"The template has {source.Length} characters, more than allowed ({TemplateLimits.MaximumSourceLength})"
            );
    }

    /// <summary>Renders a plain conversation.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails on it.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, ChatTemplateOptions options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var trees = messages.Select(message => new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["role"] = message.Role,
            ["content"] = message.Content,
        });
        return RenderWithSpans([.. trees], options).Text;
    }

    /// <summary>Renders a conversation of JSON-like messages (see <see cref="ChatValue"/>).</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails on it.</exception>
    /// <exception cref="ArgumentException">A message or variable holds an object that templates cannot see.</exception>
    public string Render(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, ChatTemplateOptions options) =>
        RenderWithSpans(messages, options).Text;

    /// <summary>Renders a conversation and tells which parts of the text are marked by <c>generation</c> tags.</summary>
    /// <exception cref="ChatTemplateException">The template refuses the conversation or fails on it.</exception>
    /// <exception cref="ArgumentException">A message or variable holds an object that templates cannot see.</exception>
    public RenderedChat RenderWithSpans(IReadOnlyList<IReadOnlyDictionary<string, object?>> messages, ChatTemplateOptions options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(options);
        if (messages.Count == 0)
        {
            throw new ChatTemplateException("Cannot apply the chat template to an empty conversation. Provide at least one message.");
        }

        if (options.ContinueFinalMessage && options.AddGenerationPrompt)
        {
            throw new ChatTemplateException(
                "ContinueFinalMessage and AddGenerationPrompt are not compatible: the first lets the model continue the last message, "
                    + "the second starts a new one. Set only one of them."
            );
        }

        var prepared = messages.Select(Conversation.Prepare).ToList();
        if (!options.ContinueFinalMessage)
        {
            return Render(prepared, options);
        }

        var final = FinalMessage.Mark(prepared);
        return final.Cut(Render(prepared, options));
    }

    private RenderedChat Render(List<OrderedDictionary<string, object?>> messages, ChatTemplateOptions options)
    {
        var variables = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var (name, token) in options.SpecialTokens)
        {
            variables[name] = new TextValue(token);
        }

        foreach (var (name, value) in options.ExtraVariables)
        {
            variables[name] = s_reservedNames.Contains(name, StringComparer.Ordinal)
                ? throw new ArgumentException(
                    $"'{name}' is not an extra variable; messages are given to Render, the others in their own options.",
                    nameof(options)
                )
                : HostValues.Import(value, name);
        }

        variables["messages"] = HostValues.Import(messages, "messages");
        variables["tools"] = HostValues.Import(options.Tools, "tools");
        variables["documents"] = HostValues.Import(options.Documents, "documents");
        variables["add_generation_prompt"] = BooleanValue.Of(options.AddGenerationPrompt);
        if (options.CurrentTime is { } time)
        {
            variables.TryAdd("strftime_now", Functions.StrftimeNow(time));
        }

        return Interpreter.Render(_statements, variables, options.UndefinedNames);
    }
}
