namespace MobiZO.Adapters;

/// <summary>Orders dotted module names part by part, whole numbers by value and before text: layer 2 comes before layer 10.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = (x ?? "").Split('.');
        var right = (y ?? "").Split('.');
        for (var index = 0; index < Math.Min(left.Length, right.Length); index++)
        {
            if (CompareParts(left[index], right[index]) is not 0 and var order)
            {
                return order;
            }
        }

        // Names that differ only in leading zeros are still two names.
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(x, y);
    }

    private static int CompareParts(string left, string right)
    {
        var leftIsNumber = ModuleNames.TryParseIndex(left, out var leftNumber);
        var rightIsNumber = ModuleNames.TryParseIndex(right, out var rightNumber);
        return (leftIsNumber, rightIsNumber) switch
        {
            (true, true) => leftNumber.CompareTo(rightNumber),
            (false, false) => string.CompareOrdinal(left, right),
            _ => leftIsNumber ? -1 : 1,
        };
    }
}
