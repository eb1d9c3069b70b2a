using System.Text;
using MobiZO.Text.Tokenizers.Alignment;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Normalizers;

/// <summary>Brings text into a Unicode normalization form.</summary>
/// <remarks>
/// A character that came out of a decomposition stands for no source character. One that was composed stands for those it swallowed.
/// </remarks>
internal sealed class UnicodeFormNormalizer(UnicodeForm form) : INormalizer
{
    public Piece Normalize(Piece piece)
    {
        if (Ascii.IsValid(piece.Span) || (form == UnicodeForm.Nfc && UnicodeTables.IsComposed(piece.Span)))
        {
            return piece;
        }

        List<Change> changes = Decompose(piece.Span, form is UnicodeForm.Nfkc or UnicodeForm.Nfkd);
        if (form is UnicodeForm.Nfc or UnicodeForm.Nfkc)
        {
            changes = Compose(changes);
        }

        return Rewriting.Apply(piece, changes);
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
}
