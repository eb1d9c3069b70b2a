using MobiZO.Runs;

namespace MobiZO.Cli.Reporting;

/// <summary>What the model wrote in the course of a run, as text.</summary>
internal static class SampleTexts
{
    private const int Longest = 160;

    /// <summary>Two lines a prompt: what was written before training, and at the end.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<TextSample> samples)
    {
        foreach (var sample in samples)
        {
            yield return $"sample     {Short(sample.Prompt)}{(sample.IsHeldOut ? "" : " (a training row)")}";
            foreach (var text in sample.Texts is [var first, .., var last] ? [first, last] : sample.Texts)
            {
                yield return $"  {Name(text), -9}{Written(text)}";
            }
        }

        var repeating = samples.Count(sample => sample.Texts is [.., { Repeats: true }]);
        if (repeating > 0)
        {
            yield return $"warning: {repeating} of {samples.Count} samples go round in circles at the end; fewer --steps or a smaller "
                + "--learning-rate helps, or answers that end";
        }
    }

    /// <summary>One line a prompt: what was written after some steps.</summary>
    public static IEnumerable<string> Lines(long step, int steps, IReadOnlyList<TextSample> samples) =>
        samples.Select(sample => $"sample {step}/{steps}  {Short(sample.Prompt)} -> {string.Join("", sample.Texts.Select(Written))}");

    private static string Name(SampleText text) => text.Step == 0 ? "before" : $"step {Quantity.Number(text.Step)}";

    private static string Written(SampleText text) => Short(text.Text) + (text.Repeats ? "  (goes round in circles)" : "");

    private static string Short(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest
            ? line
            : string.Concat(line.AsSpan(0, char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest), "...");
    }
}
