using MobiZO.Programs.Ops;

namespace MobiZO.Programs.Differentiating;

/// <summary>The rotation back: the sign of the sines changed. A factor in the angles scales both ways alike.</summary>
internal static class RotaryRule
{
    public static void Apply(ReversedNode node, Rotary operation)
    {
        var back = node.Shared($"{node.Inputs[2].Name}.back", new Scale(-1), node.Inputs[2]);
        node.Give(0, operation, node.Gradient, node.Inputs[1], back);
    }
}
