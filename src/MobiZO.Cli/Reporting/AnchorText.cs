using MobiZO.Cli.Options;

namespace MobiZO.Cli.Reporting;

/// <summary>Simpler ways to answer beside a run.</summary>
internal static class AnchorText
{
    public static IEnumerable<string> Lines(Anchors? anchors)
    {
        if (anchors is null)
        {
            yield break;
        }

        (string Name, Anchor? Anchor)[] all =
        [
            ("majority", anchors.Majority),
            ("zero-shot", anchors.ZeroShot),
            ("discriminant alone", anchors.Discriminant),
            ($"logistic probe (layer {anchors.ProbeLayer})", anchors.Probe),
            ("this run", anchors.Ours),
        ];
        var list = string.Join(", ", all.Where(pair => pair.Anchor is not null).Select(pair => $"{pair.Name} {Share(pair.Anchor!)}"));
        yield return $"anchors    {list} of {Quantity.Number(anchors.Ours.Rows)} evaluation rows ({Quantity.Seconds(anchors.Seconds)})";
        if (anchors.Verdict is { } verdict)
        {
            yield return $"           {OptionNames.Translate(verdict)}";
        }
    }

    private static string Share(Anchor anchor) => Quantity.Share(anchor.Accuracy);
}
