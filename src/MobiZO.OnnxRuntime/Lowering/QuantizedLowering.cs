using System.Globalization;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>
/// Lowers the operations that read a quantised matrix, weight = scale * code + offset in blocks of 16 or 32, or NormalFloat in blocks of
/// 64. Everything is computed in fp32: rounding the activations as well would drown the small differences between perturbed copies.
/// </summary>
internal sealed class QuantizedLowering(
    string file,
    Func<Weight, QuantizedPlace?> places,
    long mostWeightsOfAPiece = QuantizedLowering.MostWeightsOfAPiece
)
{
    /// <summary>
    /// ONNX Runtime dequantises matrices of 8 bits and of NormalFloat in every call; a large one is cut into pieces of rows, so that it is
    /// never there whole in fp32. Pieces of 8 MB cost no more time than larger ones.
    /// </summary>
    public const long MostWeightsOfAPiece = 1 << 21;

    /// <summary>Whether a weight is quantised.</summary>
    public bool Has(Weight weight) => places(weight) is not null;

    /// <summary>Lowers a node if it reads a quantised matrix.</summary>
    public bool TryLower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case Linear op when places(op.Matrix) is { } place:
                Linear(writer, op, place, inputs[0], output);
                return true;
            case Embedding op when places(op.Table) is { } place:
                writer.Node("Reshape", [Rows(writer, op.Table, place, inputs[0]), writer.Integers(-1, op.Table.Shape[1])], output);
                return true;
            case PositionEmbedding op when places(op.Table) is { } place:
                var positions = RowLowering.PositionRows(writer, op, inputs[0]);
                writer.Node("Reshape", [Rows(writer, op.Table, place, positions), writer.Integers(-1, op.Table.Shape[1])], output);
                return true;
            case CandidateLogits op when places(op.Head) is { } place:
                var rows = writer.Node("Reshape", [Rows(writer, op.Head, place, inputs[1]), writer.Integers(0, 0, op.Head.Shape[1])]);
                var column = writer.Node("Unsqueeze", [inputs[0], writer.Integers(2)]);
                var logits = writer.Node(
                    "Squeeze",
                    [writer.Node("MatMul", [rows, column]), writer.Integers(2)],
                    op.Bias is null ? output : null
                );
                if (op.Bias is not null)
                {
                    RowLowering.CandidateBias(writer, op, logits, inputs[1], output);
                }

                return true;
            case LinearTransposed op when places(op.Matrix) is { } place:
                Transposed(writer, op.Matrix, place, inputs[0], output);
                return true;
            case CandidateLogitsGradient op when places(op.Head) is { } place:
                var asked = writer.Node("Reshape", [Rows(writer, op.Head, place, inputs[1]), writer.Integers(0, 0, op.Head.Shape[1])]);
                RowGradientLowering.Candidates(writer, inputs[0], asked, output);
                return true;
            default:
                return false;
        }
    }

    // Blocks lie along the rows of the matrix, so the transposed product takes rows as numbers: some at a time, each after the product of
    // those before. Their indices are known only behind dy: with constant ones ONNX Runtime would keep the numbers of every matrix.
    private void Transposed(OnnxGraphWriter writer, Weight matrix, QuantizedPlace place, string dy, string output)
    {
        var (rows, width) = (matrix.Shape[0], matrix.Shape[1]);
        var rowsOfAPiece = (int)Math.Clamp(mostWeightsOfAPiece / width, 1, rows);
        string? sum = null;
        for (var first = 0; first < rows; first += rowsOfAPiece)
        {
            var end = Math.Min(first + rowsOfAPiece, rows);
            var zero = writer.Node("Squeeze", [writer.LateZero(sum ?? dy), writer.Integers(0)]);
            string Late(long place) => writer.Node("Add", [writer.Integer(place), zero]);
            var indices = writer.Node("Range", [Late(first), Late(end), writer.Integer(1)]);
            var numbers = writer.Reshape(Rows(writer, matrix, place, indices), -1, width);
            var part =
                rowsOfAPiece == rows ? dy : writer.Node("Slice", [dy, writer.Integers(first), writer.Integers(end), writer.Integers(1)]);
            sum = writer.Node("Gemm", sum is null ? [part, numbers] : [part, numbers, sum], end == rows ? output : null);
        }
    }

    // The offsets act on the sums of the inputs over each block: a second product, a block narrower. Zero points of MatMulNBits are no way
    // to say them,
    // because integers would round them and with fp32 ones ONNX Runtime dequantises the whole matrix in every call.
    private void Linear(OnnxGraphWriter writer, Linear op, QuantizedPlace place, string input, string output)
    {
        var (rows, width) = (op.Matrix.Shape[0], op.Matrix.Shape[1]);
        var product = Product(writer, op.Matrix, place, input, op.Bias is null && place.Offsets is null ? output : null);
        if (place.Offsets is { } start)
        {
            var offsets = Numbers(writer, op.Matrix, "offsets", start, [rows, width / place.Size]);
            product = writer.Node(
                "Gemm",
                [BlockSums(writer, input, width, place.Size), offsets, product],
                op.Bias is null ? output : null,
                "",
                ("transB", 1L)
            );
        }

        if (op.Bias is not null)
        {
            writer.Node("Add", [product, op.Bias.Name], output);
        }
    }

    private string Product(OnnxGraphWriter writer, Weight matrix, QuantizedPlace place, string input, string? output)
    {
        var (rows, width) = (matrix.Shape[0], matrix.Shape[1]);
        var rowsOfAPiece = place.Bits == 8 || place.IsNormalFloat ? (int)Math.Clamp(mostWeightsOfAPiece / width, 1, rows) : rows;
        if (rowsOfAPiece == rows)
        {
            return Piece(writer, matrix, place, input, 0, rows, output);
        }

        var pieces = new List<string>();
        for (var first = 0; first < rows; first += rowsOfAPiece)
        {
            pieces.Add(Piece(writer, matrix, place, input, first, Math.Min(rowsOfAPiece, rows - first), null));
        }

        return writer.Node("Concat", pieces, output, "", ("axis", 1L));
    }

    private string Piece(OnnxGraphWriter writer, Weight matrix, QuantizedPlace place, string input, int first, int rows, string? output)
    {
        var blocks = (long)matrix.Shape[1] / place.Size;
        var suffix = rows == matrix.Shape[0] ? "" : string.Create(CultureInfo.InvariantCulture, $"_{first}");
        if (place.IsNormalFloat)
        {
            return NormalFloatLowering.Product(
                writer,
                input,
                External(
                    writer,
                    $"{matrix.Name}.flat_codes{suffix}",
                    TensorType.Byte,
                    [rows * blocks * place.Size / 2],
                    place.Codes + (first * blocks * place.Size / 2)
                ),
                Numbers(writer, matrix, "flat_scales" + suffix, place.Scales + (first * blocks * sizeof(float)), [rows * blocks]),
                (rows, matrix.Shape[1], place.Size),
                output
            );
        }

        return writer.Node(
            "MatMulNBits",
            [
                input,
                Codes(writer, matrix, place, suffix, first, rows),
                Numbers(writer, matrix, "scales" + suffix, place.Scales + (first * blocks * sizeof(float)), [rows, blocks]),
            ],
            output,
            OnnxGraphWriter.MicrosoftDomain,
            ("K", (long)matrix.Shape[1]),
            ("N", (long)rows),
            ("bits", (long)place.Bits),
            ("block_size", (long)place.Size),
            ("accuracy_level", 0L)
        );
    }

    private static string BlockSums(OnnxGraphWriter writer, string input, long width, long size) =>
        writer.Shared(
            $"block sums:{input}:{size}",
            () =>
                writer.Node(
                    "ReduceSum",
                    [writer.Node("Reshape", [input, writer.Integers(0, width / size, size)]), writer.Integers(2)],
                    null,
                    "",
                    ("keepdims", 0L)
                )
        );

    /// <summary>Rows of a matrix as blocks: indices [...] -> [..., blocks, weights of a block].</summary>
    private string Rows(OnnxGraphWriter writer, Weight matrix, QuantizedPlace place, string indices)
    {
        long[] shape = [matrix.Shape[0], matrix.Shape[1] / place.Size, 1];
        if (place.IsNormalFloat)
        {
            var codes = External(writer, $"{matrix.Name}.pairs", TensorType.Byte, [shape[0], shape[1], place.Size / 2], place.Codes);
            return NormalFloatLowering.Rows(
                writer,
                codes,
                Numbers(writer, matrix, "block_scales", place.Scales, shape),
                indices,
                place.Size
            );
        }

        var rows = writer.Node(
            "GatherBlockQuantized",
            [Codes(writer, matrix, place, "", 0, matrix.Shape[0]), indices, Numbers(writer, matrix, "block_scales", place.Scales, shape)],
            null,
            OnnxGraphWriter.MicrosoftDomain,
            ("bits", (long)place.Bits),
            ("block_size", (long)place.Size),
            ("gather_axis", 0L),
            ("quantize_axis", 2L)
        );
        return place.Offsets is { } start
            ? writer.Node(
                "Add",
                [rows, writer.Node("Gather", [Numbers(writer, matrix, "block_offsets", start, shape), indices], null, "", ("axis", 0L))]
            )
            : rows;
    }

    private string Codes(OnnxGraphWriter writer, Weight matrix, QuantizedPlace place, string suffix, int first, int rows)
    {
        var bytes = (long)place.Size * place.Bits / 8;
        var blocks = (long)matrix.Shape[1] / place.Size;
        return External(
            writer,
            $"{matrix.Name}.codes{suffix}",
            TensorType.Byte,
            [rows, blocks, bytes],
            place.Codes + (first * blocks * bytes)
        );
    }

    private string Numbers(OnnxGraphWriter writer, Weight matrix, string part, long start, long[] shape) =>
        External(writer, $"{matrix.Name}.{part}", TensorType.Float, shape, start);

    private string External(OnnxGraphWriter writer, string name, TensorType type, long[] shape, long start) =>
        writer.Shared("external:" + name, () => writer.External(name, type, shape, file, start));
}
