using MobiZO.Checkpoints.Quantization;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers what reads a matrix of NormalFloat: two codes a byte, the first in the high half, and a scale a block.</summary>
internal static class NormalFloatLowering
{
    private const long NormalFloat = 1;
    private const long Int32Type = 6;

    /// <summary>x [S, width] times the transposed matrix [rows, width]: ONNX Runtime makes it numbers in every call.</summary>
    /// <param name="writer">The graph.</param>
    /// <param name="input">x.</param>
    /// <param name="codes">The codes of the matrix as one vector of bytes.</param>
    /// <param name="scales">Its scales as one vector.</param>
    /// <param name="shape">Rows and columns of the matrix, and weights of a block.</param>
    /// <param name="output">The name of the product; null: a new one.</param>
    public static string Product(
        OnnxGraphWriter writer,
        string input,
        string codes,
        string scales,
        (int Rows, int Width, int Block) shape,
        string? output
    ) =>
        writer.Node(
            "MatMulBnb4",
            [input, codes, scales],
            output,
            OnnxGraphWriter.MicrosoftDomain,
            ("K", (long)shape.Width),
            ("N", (long)shape.Rows),
            ("block_size", (long)shape.Block),
            ("quant_type", NormalFloat)
        );

    /// <summary>Rows of a matrix as blocks: indices [...] -> [..., blocks, weights of a block].</summary>
    /// <param name="writer">The graph.</param>
    /// <param name="codes">[rows, blocks, bytes of a block].</param>
    /// <param name="scales">[rows, blocks, 1].</param>
    /// <param name="indices">Which rows.</param>
    /// <param name="size">Weights of a block.</param>
    public static string Rows(OnnxGraphWriter writer, string codes, string scales, string indices, long size)
    {
        string Gather(string from, string places) => writer.Node("Gather", [from, places], null, "", ("axis", 0L));
        string Code(string of) => writer.Node("Unsqueeze", [writer.Node("Cast", [of], null, "", ("to", Int32Type)), writer.Integers(-1)]);
        var bytes = Gather(codes, indices);
        var high = writer.Node("BitShift", [bytes, writer.Byte(4)], null, "", ("direction", "RIGHT"));
        var low = writer.Node("BitwiseAnd", [bytes, writer.Byte(15)]);
        var levels = writer.Shared("normal float", () => Levels(writer));
        var pairs = Gather(levels, writer.Node("Concat", [Code(high), Code(low)], null, "", ("axis", -1L)));

        // [..., blocks, bytes, 2]: the shape of the indices is known only when it runs.
        var shape = writer.Node(
            "Concat",
            [writer.Node("Shape", [bytes], null, "", ("start", 0L), ("end", -1L)), writer.Integers(size)],
            null,
            "",
            ("axis", 0L)
        );
        return writer.Node("Mul", [writer.Node("Reshape", [pairs, shape]), Gather(scales, indices)]);
    }

    private static string Levels(OnnxGraphWriter writer) =>
        writer.Numbers([NormalFloatBlocks.Levels.Length], [.. NormalFloatBlocks.Levels.ToArray().Select(level => (double)level)]);
}
