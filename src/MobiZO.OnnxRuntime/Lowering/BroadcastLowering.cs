using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;
using MobiZO.Programs.ReverseOps;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers what only the broadcast direction of a step needs.</summary>
internal static class BroadcastLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0];
        switch (node.Operation)
        {
            case FirstCopy when writer.ReadersOf(output).All(reader => reader is ShapedLike):
                // Only its extents are read.
                break;
            case FirstCopy op:
                var starts = writer.Integers([.. op.Axes.Select(_ => 0L)]);
                var ends = writer.ShapeOf([.. op.Axes.Select(axis => output.Shape[axis])]);
                writer.Node("Slice", [inputs[0], starts, ends, writer.Integers([.. op.Axes.Select(axis => (long)axis)])], output.Name);
                break;
            case LoraRows op:
                var down = writer.Node("Gather", [RowLowering.Down(writer, inputs[1], inputs[2]), inputs[3]], null, "", ("axis", 0L));
                writer.Node("Gemm", [inputs[0], down], output.Name, "", ("transA", 1L), ("alpha", (float)op.Scale));
                break;
            case Zeros:
                writer.Node("Expand", [writer.Number(0), writer.ShapeOf(output.Shape.Dimensions)], output.Name);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation of a broadcast direction.");
        }
    }
}
