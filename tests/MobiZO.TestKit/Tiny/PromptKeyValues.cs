using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Feeding;

namespace MobiZO.TestKit.Tiny;

/// <summary>Keys and values of one prompt in every layer, as the prefix program made them.</summary>
/// <param name="Length">T, tokens of the prompt that are cached.</param>
/// <param name="Keys">For every layer [kv_heads, T, d].</param>
/// <param name="Values">For every layer [kv_heads, T, d].</param>
public sealed record PromptKeyValues(int Length, float[][] Keys, float[][] Values)
{
    /// <summary>Bytes of the cached numbers.</summary>
    public long ByteCount => 4L * (Keys.Sum(layer => (long)layer.Length) + Values.Sum(layer => (long)layer.Length));

    /// <summary>Takes the prompts of one run of the prefix program apart.</summary>
    /// <param name="outputs">Outputs of the prefix program for N prompts, padded to S.</param>
    /// <param name="lengths">Tokens of each prompt.</param>
    public static IReadOnlyList<PromptKeyValues> FromOutputs(IReadOnlyDictionary<string, HostTensor> outputs, IReadOnlyList<int> lengths)
    {
        var layers = outputs.Count / 2;
        return
        [
            .. lengths.Select(
                (length, row) =>
                    new PromptKeyValues(
                        length,
                        [.. Enumerable.Range(0, layers).Select(layer => Cut(outputs[ProgramNames.PresentKey(layer)], row, length))],
                        [.. Enumerable.Range(0, layers).Select(layer => Cut(outputs[ProgramNames.PresentValue(layer)], row, length))]
                    )
            ),
        ];
    }

    /// <summary>Adds the cached prompts of a batch to the inputs of a program, padded to the longest of them.</summary>
    /// <param name="inputs">Inputs of the program.</param>
    /// <param name="prompts">X prompts in the order of the examples of the <see cref="StepFeed"/>.</param>
    /// <param name="heads">Key/value heads.</param>
    /// <param name="headDimension">d.</param>
    /// <param name="buffers">Memory to join them in, used again by the next batch; null: new memory.</param>
    public static void AddTo(
        IDictionary<string, HostTensor> inputs,
        IReadOnlyList<PromptKeyValues> prompts,
        int heads,
        int headDimension,
        PrefixBuffers? buffers = null
    )
    {
        var longest = Math.Max(prompts.Max(prompt => prompt.Length), 1);
        inputs[ProgramNames.PastLengths] = HostTensor.Of([.. prompts.Select(prompt => (long)prompt.Length)], prompts.Count);
        int[] shape = [prompts.Count, heads, longest, headDimension];
        var memory = (buffers ?? new PrefixBuffers()).Take([
            .. Enumerable.Repeat(prompts.Count * heads * longest * headDimension, 2 * prompts[0].Keys.Length),
        ]);
        Parallel.For(
            0,
            prompts[0].Keys.Length,
            layer =>
            {
                Join(prompts, prompt => prompt.Keys[layer], memory[2 * layer].Span, shape);
                Join(prompts, prompt => prompt.Values[layer], memory[(2 * layer) + 1].Span, shape);
            }
        );
        for (var layer = 0; layer < prompts[0].Keys.Length; layer++)
        {
            inputs[ProgramNames.PastKey(layer)] = HostTensor.Of(memory[2 * layer], shape);
            inputs[ProgramNames.PastValue(layer)] = HostTensor.Of(memory[(2 * layer) + 1], shape);
        }
    }

    private static float[] Cut(HostTensor tensor, int row, int length)
    {
        var (heads, tokens, width) = (tensor.Shape[1], tensor.Shape[2], tensor.Shape[3]);
        var result = new float[heads * length * width];
        for (var head = 0; head < heads; head++)
        {
            tensor.Floats.AsSpan(((row * heads) + head) * tokens * width, length * width).CopyTo(result.AsSpan(head * length * width));
        }

        return result;
    }

    private static void Join(IReadOnlyList<PromptKeyValues> prompts, Func<PromptKeyValues, float[]> select, Span<float> joined, int[] shape)
    {
        var (heads, stride) = (shape[1], shape[2] * shape[3]);
        for (var x = 0; x < prompts.Count; x++)
        {
            var (source, count) = (select(prompts[x]), prompts[x].Length * shape[3]);
            for (var head = 0; head < heads; head++)
            {
                var target = joined.Slice(((x * heads) + head) * stride, stride);
                source.AsSpan(head * count, count).CopyTo(target);
                target[count..].Clear();
            }
        }
    }
}
