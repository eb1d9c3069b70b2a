using System.Numerics;
using System.Text;

namespace MobiZO.Text.ChatTemplates.Values;

/// <summary>Python's view of text as a row of code points, and its index arithmetic.</summary>
internal static class PythonSlices
{
    /// <summary>Number of code points; an unpaired surrogate counts as one.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        for (var index = 1; index < text.Length; index++)
        {
            if (char.IsSurrogatePair(text[index - 1], text[index]))
            {
                length--;
                index++;
            }
        }

        return length;
    }

    /// <summary>The code points, each as a text.</summary>
    public static IEnumerable<string> Characters(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (index + 1 < text.Length && char.IsSurrogatePair(text[index], text[index + 1]))
            {
                yield return text.Substring(index++, 2);
            }
            else
            {
                yield return text.Substring(index, 1);
            }
        }
    }

    /// <summary>The position of an index that may count from the end, or null when it is outside.</summary>
    public static int? Resolve(BigInteger index, int count)
    {
        var position = index.Sign < 0 ? index + count : index;
        return position.Sign >= 0 && position < count ? (int)position : null;
    }

    /// <summary>The positions that <c>[start:stop:step]</c> picks from a row of the given length; the step is not zero.</summary>
    public static IEnumerable<int> Positions(BigInteger? start, BigInteger? stop, BigInteger step, int count)
    {
        var (lowest, highest) = step.Sign > 0 ? (0, count) : (-1, count - 1);
        var first = Bound(start, step.Sign > 0 ? lowest : highest, lowest, highest, count);
        var end = Bound(stop, step.Sign > 0 ? highest : lowest, lowest, highest, count);
        var stride = (long)BigInteger.Max(-(long)count - 1, BigInteger.Min((long)count + 1, step));
        for (long position = first; stride > 0 ? position < end : position > end; position += stride)
        {
            yield return (int)position;
        }
    }

    /// <summary>The picked code points of a text.</summary>
    public static string Slice(string text, BigInteger? start, BigInteger? stop, BigInteger step)
    {
        if (Length(text) == text.Length)
        {
            var builder = new StringBuilder();
            foreach (var position in Positions(start, stop, step, text.Length))
            {
                builder.Append(text[position]);
            }

            return builder.ToString();
        }

        var characters = Characters(text).ToList();
        return string.Concat(Positions(start, stop, step, characters.Count).Select(position => characters[position]));
    }

    private static int Bound(BigInteger? value, int fallback, int lowest, int highest, int count)
    {
        if (value is not { } given)
        {
            return fallback;
        }

        var position = given.Sign < 0 ? given + count : given;
        return (int)BigInteger.Max(lowest, BigInteger.Min(highest, position));
    }
}
