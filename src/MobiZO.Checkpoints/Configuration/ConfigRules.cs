using System.Globalization;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>Rules between the numbers of a config, whatever file they came from.</summary>
internal static class ConfigRules
{
    /// <summary>Bound of the width of a head, so that a damaged number cannot ask for gigabytes.</summary>
    public const int MaximumHeadDimension = 1 << 16;

    public static CheckpointException Bad(string file, string key, string expected, object found) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{file}: {key}: expected {expected}, found {found}."));

    public static void CheckHeads(
        string file,
        (string Key, int Value) heads,
        (string Key, int Value) keyValueHeads,
        (string Key, int Value) headDimension
    )
    {
        if (heads.Value % keyValueHeads.Value != 0)
        {
            throw Bad(file, keyValueHeads.Key, $"a divisor of {heads.Key} = {heads.Value}", keyValueHeads.Value);
        }

        if (headDimension.Value % 2 != 0 || headDimension.Value is < 2 or > MaximumHeadDimension)
        {
            throw Bad(
                file,
                headDimension.Key,
                $"an even number from 2 to {MaximumHeadDimension} (rotary embedding turns pairs)",
                headDimension.Value
            );
        }

        if ((long)heads.Value * headDimension.Value > int.MaxValue)
        {
            throw Bad(file, heads.Key, $"at most {int.MaxValue / headDimension.Value} heads of {headDimension.Value}", heads.Value);
        }
    }

    /// <summary>The width of a head when the file does not give it.</summary>
    public static int HeadDimension(string file, (string Key, int Value) hidden, (string Key, int Value) heads) =>
        hidden.Value % heads.Value == 0
            ? hidden.Value / heads.Value
            : throw Bad(file, hidden.Key, $"a multiple of {heads.Key} = {heads.Value}", hidden.Value);
}
