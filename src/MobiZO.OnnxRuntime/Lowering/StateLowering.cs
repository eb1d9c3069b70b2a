using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Ops;

namespace MobiZO.OnnxRuntime.Lowering;

/// <summary>Lowers the trained state: perturbation, projected gradients, update.</summary>
internal static class StateLowering
{
    public static void Lower(OnnxGraphWriter writer, ProgramNode node)
    {
        var inputs = node.Inputs.Select(input => input.Name).ToArray();
        var output = node.Outputs[0].Name;
        switch (node.Operation)
        {
            case PerturbStack:
                var directions = writer.Node("Gather", [inputs[1], inputs[2]], null, "", ("axis", 0L));
                var coefficients = writer.Node("Unsqueeze", [inputs[3], writer.Integers(1)]);
                writer.Node("Add", [inputs[0], writer.Node("Mul", [coefficients, directions])], output);
                break;
            case SingleStack:
                writer.Node("Unsqueeze", [inputs[0], writer.Integers(0)], output);
                break;
            case SplitMatrices op:
                Split(writer, op, node, inputs[0]);
                break;
            case ProjectGradients op:
                Project(writer, op, inputs, output);
                break;
            case UpdateState op:
                Update(writer, op, inputs, output);
                break;
            default:
                throw new ProgramException($"{node.Operation.GetType().Name} is not an operation of the trained state.");
        }
    }

    private static void Split(OnnxGraphWriter writer, SplitMatrices op, ProgramNode node, string state)
    {
        var parts = node.Outputs.Select(_ => writer.NewName("part")).ToArray();
        writer.Nodes(
            "Split",
            [state, writer.Integers([.. op.Matrices.Select(matrix => (long)matrix.Rows * matrix.Columns)])],
            parts,
            "",
            ("axis", -1L)
        );
        for (var i = 0; i < parts.Length; i++)
        {
            writer.Node("Reshape", [parts[i], writer.ShapeOf(node.Outputs[i].Shape.Dimensions)], node.Outputs[i].Name);
        }
    }

    private static void Project(OnnxGraphWriter writer, ProjectGradients op, string[] inputs, string output)
    {
        var perturbed = writer.Node("Slice", [inputs[0], writer.Integers(-op.Queries), writer.Integers(long.MaxValue)]);
        var others = writer.Node("Slice", [inputs[0], writer.Integers(0), writer.Integers(-op.Queries)]);

        // Two-sided: the last q copies are the minus ones. One-sided: the first copy is the clean one.
        if (op.Estimator == EstimatorKind.TwoSided)
        {
            writer.Node("Div", [writer.Node("Sub", [others, perturbed]), writer.Node("Mul", [writer.Number(2), inputs[1]])], output);
            return;
        }

        var gradients = writer.Node("Sub", [perturbed, others]);
        var deviations = writer.Node("Sub", [gradients, writer.Node("ReduceMean", [gradients], null, "", ("keepdims", 1L))]);
        var squares = writer.Node("ReduceSum", [writer.Node("Mul", [deviations, deviations])], null, "", ("keepdims", 1L));
        var spread = writer.Node("Sqrt", [writer.Node("Div", [squares, writer.Number(op.Queries - 1)])]);

        // Losses that are all equal carry no direction: a zero spread gives zero gradients, not NaN.
        var isZero = writer.Node("Equal", [spread, writer.Number(0)]);
        writer.Node("Where", [isZero, writer.Number(0), writer.Node("Div", [gradients, spread])], output);
    }

    // One product and one sum a query, in order: elementwise operations round the same everywhere, a reduction would not.
    private static void Update(OnnxGraphWriter writer, UpdateState op, string[] inputs, string output)
    {
        string? sum = null;
        for (var query = 0; query < op.Queries; query++)
        {
            var direction = writer.Node("Gather", [inputs[1], writer.Integer(query)], null, "", ("axis", 0L));
            var gradient = writer.Node("Gather", [inputs[2], writer.Integers(query)], null, "", ("axis", 0L));
            var term = writer.Node("Mul", [gradient, direction]);
            sum = sum is null ? term : writer.Node("Add", [sum, term]);
        }

        var step = writer.Node("Div", [inputs[3], writer.Number(op.Queries)]);
        writer.Node("Sub", [inputs[0], writer.Node("Mul", [step, sum!])], output);
    }
}
