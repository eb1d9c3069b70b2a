using MobiZO.Programs;
using MobiZO.TestKit.Tiny;

namespace MobiZO.OnnxRuntime.Tests.Lowering;

/// <summary>
/// Every program of models whose rows are whole blocks of 32: one with a tied head, one with biases and a head of its own.
/// </summary>
internal static class QuantizedPrograms
{
    public static IReadOnlyList<(string Name, TinyModel Model, Program Program)> All { get; } =
    [
        .. Of("tied", new TinyLlama(hidden: 32, headDimension: 8)),
        .. Of("gpt2", TinyFamilies.Get("gpt2")),
        .. Of("untied", new TinyLlama(hidden: 64, headDimension: 16, keyValueHeads: 4, bias: true, tied: false)),
    ];

    private static IEnumerable<(string Name, TinyModel Model, Program Program)> Of(string kind, TinyModel model) =>
        EveryProgram.Of(model).Concat(EveryProgram.GradientsOf(model)).Select(entry => ($"{kind} {entry.Name}", model, entry.Program));
}
