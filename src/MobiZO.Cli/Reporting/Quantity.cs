using System.Globalization;

namespace MobiZO.Cli.Reporting;

/// <summary>Numbers as people read them, the same in every culture.</summary>
internal static class Quantity
{
    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long bytes) =>
        bytes switch
        {
            >= 1L << 30 => Invariant($"{bytes / (double)(1L << 30):0.0} GB"),
            >= 1L << 20 => Invariant($"{bytes / (double)(1L << 20):0} MB"),
            _ => Invariant($"{bytes / 1024d:0} KB"),
        };

    public static string Seconds(double seconds) =>
        seconds switch
        {
            >= 3600 => Invariant($"{Math.Floor(seconds / 3600):0} h {Math.Floor(seconds % 3600 / 60):0} min"),
            >= 60 => Invariant($"{Math.Floor(seconds / 60):0} min {Math.Floor(seconds % 60):0} s"),
            _ => Invariant($"{seconds:0.0} s"),
        };

    public static string Milliseconds(double milliseconds) => Invariant($"{milliseconds:0} ms");

    public static string Loss(double loss) => Invariant($"{loss:0.0000}");

    public static string Share(double share) => Invariant($"{share:0.000}");

    public static string Percent(double share) => Invariant($"{share * 100:0.00} %");

    public static string Rate(double rate) =>
        Invariant($"{rate:0.###E+0}") is var scientific && rate is >= 1e-3 and < 1e4 ? Invariant($"{rate:0.####}") : scientific;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
