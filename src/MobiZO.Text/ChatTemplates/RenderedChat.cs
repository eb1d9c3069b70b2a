namespace MobiZO.Text.ChatTemplates;

/// <summary>A rendered conversation.</summary>
/// <param name="Text">The text.</param>
/// <param name="GenerationSpans">
/// The parts of the text inside <c>generation</c> tags, in order, in UTF-16 code units. They are what the model is to learn. Empty when the
/// template has no such tags.
/// </param>
public sealed record RenderedChat(string Text, IReadOnlyList<Range> GenerationSpans);
