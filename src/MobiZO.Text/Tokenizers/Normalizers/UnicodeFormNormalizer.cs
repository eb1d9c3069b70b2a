using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Brings text into a Unicode normalization form.</summary>
/// <remarks>
/// Every resulting character counts the source characters that it used beyond one of its own. The count is +1 when it used none, because
/// it came out of a decomposition. It is minus the number of those it swallowed otherwise. The character takes the range of the first one
/// it used. Swallowed characters lose their range, as in the reference implementation.
/// </remarks>
internal sealed class UnicodeFormNormalizer(UnicodeForm form) : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        if (System.Text.Ascii.IsValid(piece.Span))
        {
            return piece;
        }

        List<Change> changes = Decompose(piece.Span, form is UnicodeForm.Nfkc or UnicodeForm.Nfkd);
        if (form is UnicodeForm.Nfc or UnicodeForm.Nfkc)
        {
            changes = Compose(changes);
        }

        return Apply(piece, changes);
    }

    private static List<Change> Decompose(ReadOnlySpan<char> text, bool compatibility)
    {
        var changes = new List<Change>(text.Length);
        var parts = new List<int>();
        int runStart = 0;
        for (int index = 0; index < text.Length; )
        {
            Rune rune = UnicodeClass.At(text, index, out int length);
            index += length;
            parts.Clear();
            UnicodeTables.Decompose(rune.Value, compatibility, parts);
            for (int part = 0; part < parts.Count; part++)
            {
                int combiningClass = UnicodeTables.CombiningClass(parts[part]);
                if (combiningClass == 0)
                {
                    SortMarks(changes, runStart);
                    runStart = changes.Count + 1;
                }

                changes.Add(new Change(parts[part], part == 0 ? 0 : 1, combiningClass));
            }
        }

        SortMarks(changes, runStart);
        return changes;
    }

    private static void SortMarks(List<Change> changes, int start)
    {
        if (changes.Count - start < 2)
        {
            return;
        }

        Change[] sorted = [.. changes.Skip(start).OrderBy(change => change.CombiningClass)];
        changes.RemoveRange(start, changes.Count - start);
        changes.AddRange(sorted);
    }

    private static List<Change> Compose(List<Change> source)
    {
        var result = new List<Change>(source.Count);
        int starter = -1;
        foreach (Change next in source)
        {
            bool blocked =
                starter >= 0
                && starter < result.Count - 1
                && (result[^1].CombiningClass == 0 || result[^1].CombiningClass >= next.CombiningClass);
            int composed = starter < 0 || blocked ? -1 : UnicodeTables.Compose(result[starter].CodePoint, next.CodePoint);
            if (composed >= 0)
            {
                result[starter] = new Change(composed, result[starter].Extra + next.Extra - 1, 0);
                continue;
            }

            if (next.CombiningClass == 0)
            {
                starter = result.Count;
            }

            result.Add(next);
        }

        return result;
    }

    private static Piece Apply(Piece piece, List<Change> changes)
    {
        ReadOnlySpan<char> text = piece.Span;
        var builder = new PieceBuilder(piece);
        (int Start, int End) last = (piece.Origin, piece.Origin);
        int index = 0;
        foreach (Change change in changes)
        {
            (int Start, int End) range = last;
            for (int taken = 0; taken <= -change.Extra && index < text.Length; taken++)
            {
                UnicodeClass.At(text, index, out int length);
                last = piece.OriginalRange(index, index + length);
                range = taken == 0 ? last : range;
                index += length;
            }

            builder.Append(new Rune(change.CodePoint), range);
        }

        return builder.Build();
    }

    private readonly record struct Change(int CodePoint, int Extra, int CombiningClass);
}
