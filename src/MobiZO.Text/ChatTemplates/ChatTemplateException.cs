namespace MobiZO.Text.ChatTemplates;

/// <summary>
/// A chat template cannot be parsed or rendered. It has a syntax error or an unsupported construct, an operation failed, or the template
/// itself called <c>raise_exception</c>.
/// </summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>An error at a line of the template (null where no line is to blame).</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="line">One-based line of the template.</param>
    public ChatTemplateException(string message, int? line = null)
        : base(
            line is null
                ? message
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{message} (line {line} of the chat template)")
        )
    {
        Line = line;
    }

    private ChatTemplateException(string message, int line, bool raisedByTemplate)
        : base(message)
    {
        Line = line;
        RaisedByTemplate = raisedByTemplate;
    }

    /// <summary>One-based line of the template, or null where no line is to blame.</summary>
    public int? Line { get; }

    /// <summary>
    /// Whether the template itself refused the conversation by <c>raise_exception</c>. Then <see cref="Exception.Message"/> is its text,
    /// word for word.
    /// </summary>
    public bool RaisedByTemplate { get; }

    internal static ChatTemplateException Raised(string message, int line) => new(message, line, raisedByTemplate: true);
}
