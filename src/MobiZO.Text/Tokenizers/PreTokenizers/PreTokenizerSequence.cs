using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>Every pre-tokenizer splits the parts the one before it made.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<IPreTokenizer> preTokenizers) : IPreTokenizer
{
    public IPreTokenizer[] Steps { get; } = [.. preTokenizers];

    public void Split(Piece piece, List<Piece> parts)
    {
        List<Piece> current = [piece];
        foreach (IPreTokenizer preTokenizer in Steps)
        {
            var next = new List<Piece>(current.Count * 2);
            foreach (Piece part in current)
            {
                preTokenizer.Split(part, next);
            }

            current = next;
        }

        parts.AddRange(current);
    }
}
