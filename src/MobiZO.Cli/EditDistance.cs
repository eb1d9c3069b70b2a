namespace MobiZO.Cli;

/// <summary>How many typing slips lie between two words: insertions, deletions, replacements, and swaps of neighbours.</summary>
internal static class EditDistance
{
    public static int Between(string left, string right)
    {
        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Cheapest(table, left, right, i, j);
            }
        }

        return table[left.Length, right.Length];
    }

    private static int Cheapest(int[,] table, string left, string right, int i, int j)
    {
        var replaced = table[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
        var cheapest = Math.Min(replaced, 1 + Math.Min(table[i - 1, j], table[i, j - 1]));
        var isSwap = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
        return isSwap ? Math.Min(cheapest, table[i - 2, j - 2] + 1) : cheapest;
    }
}
