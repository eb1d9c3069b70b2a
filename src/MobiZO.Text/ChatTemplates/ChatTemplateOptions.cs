namespace MobiZO.Text.ChatTemplates;

/// <summary>
/// What a template sees besides the messages. Names and meaning follow <c>apply_chat_template</c> of the transformers library.
/// </summary>
public sealed record ChatTemplateOptions
{
    /// <summary>No generation prompt, no special tokens, no further variables.</summary>
    public static ChatTemplateOptions Default { get; } = new();

    /// <summary>
    /// Whether the text ends with the header of a new assistant message. It cannot be combined with <see cref="ContinueFinalMessage"/>.
    /// </summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>Whether the text stops right after the content of the last message, so that the model continues it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>
    /// Special tokens by variable name (<c>bos_token</c>, <c>eos_token</c>, ...). A name that is absent is undefined in the template.
    /// </summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Further variables as JSON-like trees (see <see cref="ChatValue"/>). They win over <see cref="SpecialTokens"/>.</summary>
    public IReadOnlyDictionary<string, object?> ExtraVariables { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>Told the name of a variable that is undefined and printed all the same (as nothing); may be null.</summary>
    public IProgress<string>? UndefinedNames { get; init; }

    /// <summary>Tool descriptions as JSON-like trees; none when null.</summary>
    public IReadOnlyList<object?>? Tools { get; init; }

    /// <summary>Documents as JSON-like trees; none when null.</summary>
    public IReadOnlyList<object?>? Documents { get; init; }

    /// <summary>
    /// The time that <c>strftime_now</c> formats. When it is null, the template has no <c>strftime_now</c>. The text never depends on a
    /// clock.
    /// </summary>
    public DateTime? CurrentTime { get; init; }
}
