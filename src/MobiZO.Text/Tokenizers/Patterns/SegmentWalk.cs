using System.Text;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>Goes through the matches of a pattern and what lies between them, in order; nothing is left out.</summary>
internal ref struct SegmentWalk(ITextPattern pattern, ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _covered;
    private int _from;
    private int _lastEnd = -1;
    private Segment _match;
    private bool _hasMatch;

    /// <summary>The stretch that <see cref="MoveNext"/> found.</summary>
    public Segment Current { get; private set; }

    public bool MoveNext()
    {
        if (_hasMatch)
        {
            return TakeMatch();
        }

        while (_from <= _text.Length)
        {
            (int start, int end) = pattern.Find(_text, _from);
            if (start < 0)
            {
                _from = _text.Length + 1;
                break;
            }

            if (start == end && start == _lastEnd)
            {
                // An empty match right behind a match does not count; look one code point further.
                _from = start < _text.Length ? start + CodePointLength(start) : _text.Length + 1;
                _lastEnd = -1;
                continue;
            }

            _match = new Segment(start, end, true);
            if (start == _covered)
            {
                return TakeMatch();
            }

            _hasMatch = true;
            Current = new Segment(_covered, start, false);
            return true;
        }

        if (_covered >= _text.Length)
        {
            return false;
        }

        Current = new Segment(_covered, _text.Length, false);
        _covered = _text.Length;
        return true;
    }

    private bool TakeMatch()
    {
        _hasMatch = false;
        Current = _match;
        _covered = _from = _lastEnd = _match.End;
        return true;
    }

    private readonly int CodePointLength(int index)
    {
        Rune.DecodeFromUtf16(_text[index..], out _, out int length);
        return length;
    }
}
