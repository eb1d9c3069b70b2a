using System.Globalization;

namespace MobiZO.TorchAnchor;

/// <summary>
/// PyTorch's AdamW on the rows, the order and the initial adapter of a run folder (free answers, llama models): what back-propagation
/// reaches, and what it takes. Prints one JSON line an evaluation.
/// </summary>
internal static class EntryPoint
{
    private const string Usage =
        "usage: MobiZO.TorchAnchor <run folder> <learning rate> <steps> <evaluate every> [compare]\n"
        + "compare: the run's estimator was reverse, and the gradient of its first step is compared";

    public static int Main(string[] args)
    {
        if (args.Length < 4)
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }

        var rate = double.Parse(args[1], CultureInfo.InvariantCulture);
        var (steps, every) = (int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
        using var run = new AnchorRun(args[0], rate);
        run.Train(steps, every, compare: args.Length > 4);
        return 0;
    }
}
