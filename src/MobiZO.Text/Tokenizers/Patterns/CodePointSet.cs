using System.Text;

namespace MobiZO.Text.Tokenizers.Patterns;

/// <summary>A set of code points, as a bracket class of a regular expression describes it.</summary>
internal sealed class CodePointSet
{
    private const int Tabulated = 0x250;
    private const int BasicPlane = 0x10000;
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;

    private readonly Func<int, bool> _members;
    private readonly bool _ignoreCase;
    private readonly bool[] _table = new bool[Tabulated];

    /// <summary>
    /// What the rule said of 256 code points, for those of the basic plane that were asked for. Threads may write it twice.
    /// </summary>
    private readonly bool[]?[] _pages = new bool[BasicPlane / PageSize][];

    /// <summary>A set by its rule; the rule is asked once for the code points that occur most.</summary>
    /// <param name="members">Says whether a code point belongs to the set.</param>
    /// <param name="ignoreCase">Whether a code point also belongs when another case of it does.</param>
    public CodePointSet(Func<int, bool> members, bool ignoreCase)
    {
        _members = members;
        _ignoreCase = ignoreCase;
        for (int codePoint = 0; codePoint < Tabulated; codePoint++)
        {
            _table[codePoint] = Evaluate(codePoint);
        }
    }

    /// <summary>Everything that is in one of two sets.</summary>
    public static CodePointSet Union(CodePointSet first, CodePointSet second) =>
        new(codePoint => first.Contains(codePoint) || second.Contains(codePoint), ignoreCase: false);

    public bool Contains(int codePoint) =>
        codePoint < Tabulated ? _table[codePoint]
        : codePoint < BasicPlane ? (_pages[codePoint >> PageBits] ?? Page(codePoint >> PageBits))[codePoint & (PageSize - 1)]
        : Evaluate(codePoint);

    private bool[] Page(int number)
    {
        var page = new bool[PageSize];
        for (int index = 0; index < PageSize; index++)
        {
            page[index] = Evaluate((number << PageBits) + index);
        }

        Volatile.Write(ref _pages[number], page);
        return page;
    }

    private bool Evaluate(int codePoint)
    {
        if (_members(codePoint))
        {
            return true;
        }

        if (!_ignoreCase || !Rune.IsValid(codePoint))
        {
            return false;
        }

        // The platform keeps the long s apart; case folding makes it an s.
        var rune = new Rune(codePoint == 0x17F ? 's' : codePoint);
        Rune upper = Rune.ToUpperInvariant(rune);
        return _members(rune.Value)
            || _members(upper.Value)
            || _members(Rune.ToLowerInvariant(rune).Value)
            || _members(Rune.ToLowerInvariant(upper).Value);
    }
}
