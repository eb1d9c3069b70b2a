using System.Text.Json;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.TestKit;

namespace MobiZO.Peers.Tests;

/// <summary>Rows of token ids with the logits that the peft library computes for them.</summary>
internal static class GoldenRows
{
    /// <summary>The folder of an adapter.</summary>
    public static string Folder(string adapter) => Shared.PathOf("fixtures", "peft", adapter);

    /// <summary>Rows of an adapter that acts on every token.</summary>
    /// <param name="adapter">The adapter's folder.</param>
    /// <param name="tensor">The logits: <c>logits</c> or <c>logits_merged</c>.</param>
    public static IEnumerable<(int[] Ids, float[] Logits)> Plain(string adapter, string tensor)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Folder(adapter), "golden.safetensors"));
        var (rows, tokens) = ((int)golden.Tensors["input_ids"].Shape[0], (int)golden.Tensors["input_ids"].Shape[1]);
        var (ids, lengths, logits) = (golden.ReadInt64("input_ids"), golden.ReadInt64("lengths"), golden.ReadFloat32(tensor));
        var vocabulary = logits.Length / rows / tokens;
        return
        [
            .. Enumerable
                .Range(0, rows)
                .Select(row =>
                    (
                        (int[])[.. ids.Skip(row * tokens).Take((int)lengths[row]).Select(id => (int)id)],
                        logits.AsSpan(row * tokens * vocabulary, (int)lengths[row] * vocabulary).ToArray()
                    )
                ),
        ];
    }

    /// <summary>Rows of an activated adapter with the token that it starts at.</summary>
    public static IEnumerable<(int[] Ids, int Start, float[] Logits)> Activated(string adapter)
    {
        using var golden = SafetensorsFile.Open(Path.Combine(Folder(adapter), "golden.safetensors"));
        using var numbers = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder(adapter), "golden.json")));
        return
        [
            .. numbers
                .RootElement.GetProperty("rows")
                .EnumerateArray()
                .Index()
                .Select(row =>
                    (
                        (int[])[.. row.Item.GetProperty("input_ids").EnumerateArray().Select(id => id.GetInt32())],
                        row.Item.GetProperty("invocation_start").GetInt32(),
                        golden.ReadFloat32(FormattableString.Invariant($"logits/{row.Index}"))
                    )
                ),
        ];
    }

    /// <summary>The largest difference.</summary>
    public static double Distance(IEnumerable<float> first, IEnumerable<float> second) =>
        first.Zip(second, (left, right) => Math.Abs((double)left - right)).Max();
}
