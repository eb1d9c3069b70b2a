using System.Text;

namespace MobiZO.Tests.Training;

/// <summary>
/// A GGUF file in the shape of Llama 3 8B as Q4_K_M, all weights zero: the header is written, the data is a hole in the file, so that 4.9
/// GB take a few megabytes of disk.
/// </summary>
internal static class LargeGguf
{
    public const int Layers = 32;
    public const int Hidden = 4096;
    public const int FeedForward = 14336;
    public const int Vocabulary = 128_256;
    private const int KeyValues = 1024;
    private const int Alignment = 32;

    // ggml's numbers of the types, and bytes of a block of 256.
    private static readonly (uint Number, int Bytes, int Elements) s_float32 = (0, 4, 1);
    private static readonly (uint Number, int Bytes, int Elements) s_fourBits = (12, 144, 256);
    private static readonly (uint Number, int Bytes, int Elements) s_sixBits = (14, 210, 256);

    /// <summary>Writes the file; returns its length.</summary>
    public static long Write(string path)
    {
        using var stream = File.Create(path);
        using var writer = new BinaryWriter(stream);
        var tensors = Tensors().ToArray();
        writer.Write("GGUF"u8);
        writer.Write(3);
        writer.Write((long)tensors.Length);
        WriteMetadata(writer);
        var offset = 0L;
        foreach (var (name, type, shape) in tensors)
        {
            WriteText(writer, name);
            writer.Write(shape.Length);
            foreach (var extent in shape.Reverse())
            {
                writer.Write((long)extent);
            }

            writer.Write(type.Number);
            writer.Write(offset);
            offset += Padded(shape.Aggregate(1L, (product, extent) => product * extent) / type.Elements * type.Bytes);
        }

        writer.Flush();
        stream.SetLength(Padded(stream.Position) + offset);
        return stream.Length;
    }

    private static IEnumerable<(string Name, (uint Number, int Bytes, int Elements) Type, int[] Shape)> Tensors()
    {
        yield return ("token_embd.weight", s_fourBits, [Vocabulary, Hidden]);
        for (var layer = 0; layer < Layers; layer++)
        {
            // Half of the layers have finer values and down projections.
            var finer = layer % 2 == 0 ? s_sixBits : s_fourBits;
            var prefix = FormattableString.Invariant($"blk.{layer}.");
            yield return (prefix + "attn_norm.weight", s_float32, [Hidden]);
            yield return (prefix + "attn_q.weight", s_fourBits, [Hidden, Hidden]);
            yield return (prefix + "attn_k.weight", s_fourBits, [KeyValues, Hidden]);
            yield return (prefix + "attn_v.weight", finer, [KeyValues, Hidden]);
            yield return (prefix + "attn_output.weight", s_fourBits, [Hidden, Hidden]);
            yield return (prefix + "ffn_norm.weight", s_float32, [Hidden]);
            yield return (prefix + "ffn_gate.weight", s_fourBits, [FeedForward, Hidden]);
            yield return (prefix + "ffn_up.weight", s_fourBits, [FeedForward, Hidden]);
            yield return (prefix + "ffn_down.weight", finer, [Hidden, FeedForward]);
        }

        yield return ("output_norm.weight", s_float32, [Hidden]);
        yield return ("output.weight", s_sixBits, [Vocabulary, Hidden]);
    }

    private static void WriteMetadata(BinaryWriter writer)
    {
        (string Key, uint Value)[] numbers =
        [
            ("llama.block_count", Layers),
            ("llama.context_length", 8192),
            ("llama.embedding_length", Hidden),
            ("llama.feed_forward_length", FeedForward),
            ("llama.attention.head_count", 32),
            ("llama.attention.head_count_kv", 8),
            ("tokenizer.ggml.bos_token_id", 128_000),
            ("tokenizer.ggml.eos_token_id", 128_001),
        ];
        (string Key, string Value)[] texts =
        [
            ("general.architecture", "llama"),
            ("tokenizer.ggml.model", "gpt2"),
            ("tokenizer.ggml.pre", "llama-bpe"),
        ];
        (string Key, string[] Values)[] lists =
        [
            ("tokenizer.ggml.tokens", [.. Enumerable.Range(0, Vocabulary).Select(id => FormattableString.Invariant($"t{id}"))]),
            ("tokenizer.ggml.merges", []),
        ];
        writer.Write((long)(numbers.Length + texts.Length + lists.Length + 1));
        foreach (var (key, value) in numbers)
        {
            WriteKey(writer, key, 4);
            writer.Write(value);
        }

        foreach (var (key, value) in texts)
        {
            WriteKey(writer, key, 8);
            WriteText(writer, value);
        }

        foreach (var (key, values) in lists)
        {
            WriteKey(writer, key, 9);
            writer.Write(8);
            writer.Write((long)values.Length);
            Array.ForEach(values, value => WriteText(writer, value));
        }

        WriteKey(writer, "llama.attention.layer_norm_rms_epsilon", 6);
        writer.Write(1e-5f);
    }

    private static void WriteKey(BinaryWriter writer, string key, int type)
    {
        WriteText(writer, key);
        writer.Write(type);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }

    private static long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
