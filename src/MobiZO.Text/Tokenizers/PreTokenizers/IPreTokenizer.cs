using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Splits a piece of text into smaller ones that the model never merges across.</summary>
internal interface IPreTokenizer
{
    /// <summary>Appends the parts of a piece that is not empty; empty parts are left out.</summary>
    void Split(Piece piece, List<Piece> parts);
}
