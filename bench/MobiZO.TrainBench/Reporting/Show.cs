using System.Globalization;

namespace MobiZO.TrainBench.Reporting;

/// <summary>Numbers as the tables show them; a missing one is a dash.</summary>
internal static class Show
{
    public const string Missing = "-";

    /// <summary>Three significant digits, no exponent.</summary>
    public static string Number(double? value) =>
        value switch
        {
            null or double.NaN => Missing,
            >= 100 or <= -100 => Text(value, "0"),
            >= 10 or <= -10 => Text(value, "0.0"),
            _ => Text(value, "0.00"),
        };

    public static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Ratio(double? value) => value is null or double.NaN ? Missing : Text(value, "0.00") + "x";

    public static string Percent(double? share) => share is null or double.NaN ? Missing : Text(share * 100, "0.0") + " %";

    public static string Megabytes(long? bytes) => bytes is null ? Missing : Text(bytes / (double)(1 << 20), "0");

    public static string Seconds(double? seconds) => seconds is null ? Missing : Text(seconds, "0.0");

    private static string Text(double? value, string format) => value!.Value.ToString(format, CultureInfo.InvariantCulture);
}
