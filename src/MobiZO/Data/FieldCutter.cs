using System.Globalization;

namespace MobiZO.Data;

/// <summary>Shortens a text on the borders of text elements, so that no character is halved.</summary>
internal sealed class FieldCutter
{
    private readonly string _text;
    private readonly int[] _starts;
    private readonly Truncation _truncation;

    public FieldCutter(string text, Truncation truncation)
    {
        _text = text;
        _starts = StringInfo.ParseCombiningCharacters(text);
        _truncation = truncation;
    }

    /// <summary>Number of text elements of the whole text.</summary>
    public int Count => _starts.Length;

    /// <summary>The text with that many of its elements, from 0 to <see cref="Count"/>.</summary>
    public string Keep(int elements)
    {
        int head = _truncation == Truncation.Left ? 0 : (elements + 1) / 2;
        int tail = elements - head;
        return string.Concat(_text.AsSpan(0, StartOf(head)), _text.AsSpan(StartOf(Count - tail)));
    }

    private int StartOf(int element) => element < _starts.Length ? _starts[element] : _text.Length;
}
