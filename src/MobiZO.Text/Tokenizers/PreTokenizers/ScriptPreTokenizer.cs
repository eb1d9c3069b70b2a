using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.PreTokenizers;

/// <summary>
/// Splits where the script changes. What has no script belongs to the part before it; in front of the first script it is dropped, as in the
/// reference implementation.
/// </summary>
internal sealed class ScriptPreTokenizer : IPreTokenizer
{
    public void Split(Piece piece, List<Piece> parts)
    {
        ReadOnlySpan<char> text = piece.Span;
        int start = -1;
        int last = UnicodeScript.Any;
        for (int index = 0; index < text.Length; )
        {
            int script = UnicodeScript.Of(UnicodeClass.At(text, index, out int length).Value);
            if (script != UnicodeScript.Any && script != last)
            {
                if (start >= 0)
                {
                    parts.Add(piece.Slice(start, index));
                }

                (start, last) = (index, script);
            }

            index += length;
        }

        if (start >= 0)
        {
            parts.Add(piece.Slice(start, text.Length));
        }
    }
}
