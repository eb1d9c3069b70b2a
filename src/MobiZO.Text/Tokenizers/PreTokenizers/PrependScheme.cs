namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Which pieces get a space in front.</summary>
internal enum PrependScheme
{
    /// <summary>None.</summary>
    Never,

    /// <summary>Only the one at the text's beginning.</summary>
    First,

    /// <summary>All.</summary>
    Always,
}
