namespace MobiZO.Text.ChatTemplates.Syntax;

/// <summary>A piece of a template. <paramref name="Text"/> is the decoded value for strings and the spelling for everything else.</summary>
/// <param name="Kind">What the piece is.</param>
/// <param name="Text">Its text.</param>
/// <param name="Line">One-based line where it starts.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Line)
{
    /// <summary>How error messages call it.</summary>
    public string Description =>
        Kind switch
        {
            TokenKind.End => "end of template",
            TokenKind.OutputEnd => "end of print statement '}}'",
            TokenKind.BlockEnd => "end of statement block '%}'",
            TokenKind.OutputBegin => "'{{'",
            TokenKind.BlockBegin => "'{%'",
            TokenKind.Text => "template text",
            TokenKind.String => $"string '{Text}'",
            _ => $"'{Text}'",
        };

    public bool Is(TokenKind kind, string text) => Kind == kind && Text == text;

    public bool IsOperator(string text) => Is(TokenKind.Operator, text);

    public bool IsName(string text) => Is(TokenKind.Name, text);
}
