using MobiZO.Programs.Building;

namespace MobiZO.Programs.ReverseOps;

/// <summary>The same numbers with the extents of another value: (x, like) -> shape of like. Only the extents of like are read.</summary>
public sealed record ShapedLike() : Operation
{
    /// <inheritdoc/>
    public override IReadOnlyList<Shape> InferShapes(IReadOnlyList<Value> inputs)
    {
        Expect(inputs is [_, _], "x and a value of as many numbers", inputs);
        var (size, wanted) = (inputs[0].Shape.Size, inputs[1].Shape.Size);
        Expect(!size.IsConstant || !wanted.IsConstant || size == wanted, "x and a value of as many numbers", inputs);
        return [inputs[1].Shape];
    }
}
