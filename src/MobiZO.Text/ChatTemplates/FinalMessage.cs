using MobiZO.Text.ChatTemplates.Values;

namespace MobiZO.Text.ChatTemplates;

/// <summary>
/// Finds where the content of the last message ends in the rendered text. A marker is appended to the content before rendering. After it,
/// the marker and everything behind it are cut away.
/// </summary>
internal sealed class FinalMessage
{
    // The trailing space tells whether the template trims what it is given.
    private const string Marker = "CONTINUE_FINAL_MESSAGE_TAG ";

    private readonly string _content;

    private FinalMessage(string content)
    {
        _content = content;
    }

    /// <summary>Appends the marker to the last message: to its text, or to the last of its parts that has text.</summary>
    public static FinalMessage Mark(List<OrderedDictionary<string, object?>> messages)
    {
        var message = messages[^1];
        switch (message.GetValueOrDefault("content"))
        {
            case string text:
                message["content"] = text + Marker;
                return new FinalMessage(text);
            case IReadOnlyList<object?> parts:
                return MarkPart(message, parts);
            default:
                throw new ChatTemplateException("ContinueFinalMessage needs text in the content of the last message, and there is none.");
        }
    }

    /// <summary>
    /// Cuts the rendered text where the content ends. Space before the cut goes only where the template trimmed the content.
    /// </summary>
    public RenderedChat Cut(RenderedChat rendered)
    {
        var text = rendered.Text;
        var index = text.LastIndexOf(Marker.TrimEnd(), StringComparison.Ordinal);
        if (index < 0 || !text.Contains(PythonCharacters.Trim(_content), StringComparison.Ordinal))
        {
            throw new ChatTemplateException(
                "ContinueFinalMessage is set, but the last message does not appear in the rendered text as it was given. "
                    + "The template may drop or change it; render without ContinueFinalMessage."
            );
        }

        var isKept = string.CompareOrdinal(text, index, Marker, 0, Marker.Length) == 0;
        var cut = isKept ? text[..index] : PythonCharacters.TrimEnd(text[..index]);
        var spans = rendered
            .GenerationSpans.Where(span => span.Start.Value < cut.Length)
            .Select(span => span.Start..Math.Min(span.End.Value, cut.Length));
        return new RenderedChat(cut, [.. spans]);
    }

    private static FinalMessage MarkPart(OrderedDictionary<string, object?> message, IReadOnlyList<object?> parts)
    {
        for (var index = parts.Count - 1; index >= 0; index--)
        {
            if (parts[index] is IReadOnlyDictionary<string, object?> part && part.GetValueOrDefault("text") is string text)
            {
                var marked = new OrderedDictionary<string, object?>(part, StringComparer.Ordinal) { ["text"] = text + Marker };
                var copy = parts.ToList();
                copy[index] = marked;
                message["content"] = copy;
                return new FinalMessage(text);
            }
        }

        throw new ChatTemplateException("ContinueFinalMessage needs text in the content of the last message, and no part of it has any.");
    }
}
