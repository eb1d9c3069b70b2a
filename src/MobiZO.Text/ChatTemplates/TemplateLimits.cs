namespace MobiZO.Text.ChatTemplates;

/// <summary>
/// What one template may cost. A template comes with a model file from anywhere. It must not hang, exhaust memory or overflow the stack.
/// </summary>
internal static class TemplateLimits
{
    /// <summary>UTF-16 code units of template source.</summary>
    public const int MaximumSourceLength = 1 << 20;

    /// <summary>Nested brackets, unary operators and blocks in the source.</summary>
    public const int MaximumSyntaxDepth = 128;

    /// <summary>Nested evaluations, macro calls and recursive loops while rendering.</summary>
    public const int MaximumRenderDepth = 1000;

    /// <summary>Evaluated nodes, loop rounds, and sixteenths of text and list items handled in one rendering.</summary>
    public const long MaximumSteps = 10_000_000;

    /// <summary>UTF-16 code units of one text, the output included.</summary>
    public const int MaximumTextLength = 1 << 23;

    /// <summary>Items of one list (Python's sandbox has the same limit for range).</summary>
    public const int MaximumItems = 100_000;

    /// <summary>Size of one integer.</summary>
    public const int MaximumIntegerBits = 8192;
}
