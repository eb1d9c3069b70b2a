using System.Globalization;

namespace MobiZO.Cli.Reporting;

/// <summary>Tells, in a few lines, that the weights of a model are prepared for the engine: once, and it can take a while.</summary>
/// <param name="talk">Where the lines go.</param>
internal sealed class WeightsProgress(TextWriter talk) : IProgress<double>
{
    private const int Parts = 4;

    private int _told = -1;

    public void Report(double value)
    {
        var part = (int)(value * Parts);
        if (part > _told)
        {
            _told = part;
            talk.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"preparing weights, once for this model and format: {100 * part / Parts} %")
            );
        }
    }
}
