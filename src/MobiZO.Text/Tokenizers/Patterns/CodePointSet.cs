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
    private readonly bool[] _table = new bool[Tabulated];

    /// <summary>
    /// What the rule said of 256 code points, for those of the basic plane that were asked for. Threads may write it twice.
    /// </summary>
    private readonly bool[]?[] _pages = new bool[BasicPlane / PageSize][];

    /// <summary>A set by its rule; the rule is asked once for the code points that occur most.</summary>
    /// <param name="members">Says whether a code point belongs to the set.</param>
    public CodePointSet(Func<int, bool> members)
    {
        _members = members;
        for (int codePoint = 0; codePoint < Tabulated; codePoint++)
        {
            _table[codePoint] = members(codePoint);
        }
    }

    /// <summary>Everything that is in one of two sets.</summary>
    public static CodePointSet Union(CodePointSet first, CodePointSet second) =>
        new(codePoint => first.Contains(codePoint) || second.Contains(codePoint));

    public bool Contains(int codePoint) =>
        codePoint < Tabulated ? _table[codePoint]
        : codePoint < BasicPlane ? (_pages[codePoint >> PageBits] ?? Page(codePoint >> PageBits))[codePoint & (PageSize - 1)]
        : _members(codePoint);

    /// <summary>A rule that a code point also meets when another case of it meets a rule.</summary>
    public static Func<int, bool> AnyCase(Func<int, bool> members) =>
        codePoint => members(codePoint) || (Rune.IsValid(codePoint) && IsOtherCaseIn(members, codePoint));

    private bool[] Page(int number)
    {
        var page = new bool[PageSize];
        for (int index = 0; index < PageSize; index++)
        {
            page[index] = _members((number << PageBits) + index);
        }

        Volatile.Write(ref _pages[number], page);
        return page;
    }

    private static bool IsOtherCaseIn(Func<int, bool> members, int codePoint)
    {
        // The platform keeps the long s apart; case folding makes it an s.
        var rune = new Rune(codePoint == 0x17F ? 's' : codePoint);
        Rune upper = Rune.ToUpperInvariant(rune);
        return members(rune.Value)
            || members(upper.Value)
            || members(Rune.ToLowerInvariant(rune).Value)
            || members(Rune.ToLowerInvariant(upper).Value);
    }
}
