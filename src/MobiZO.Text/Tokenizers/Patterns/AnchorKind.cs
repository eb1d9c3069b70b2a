namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>The places in a text a regular expression can ask for.</summary>
internal enum AnchorKind
{
    /// <summary><c>^</c>: the text's beginning or behind a line feed.</summary>
    LineStart,

    /// <summary><c>$</c>: the text's end or in front of a line feed.</summary>
    LineEnd,

    /// <summary><c>\A</c>.</summary>
    TextStart,

    /// <summary><c>\z</c>.</summary>
    TextEnd,

    /// <summary><c>\b</c>.</summary>
    WordBorder,

    /// <summary><c>\B</c>.</summary>
    NoWordBorder,
}
