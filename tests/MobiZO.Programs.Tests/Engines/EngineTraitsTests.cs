using MobiZO.Programs.Engines;

namespace MobiZO.Programs.Tests.Engines;

public sealed class EngineTraitsTests
{
    [Theory]
    [InlineData(true, 64, true)]
    [InlineData(false, 64, null)]
    [InlineData(true, 65, false)]
    [InlineData(false, 65, false)]
    public void Rows_of_whole_vectors_are_independent_or_tried_and_others_are_not(bool areIndependent, int width, bool? expected)
    {
        var traits = new EngineTraits
        {
            VectorValues = 16,
            AreRowsIndependent = areIndependent,
            AreCopiesIndependent = true,
            Numerics = "",
        };
        Assert.Equal(expected, traits.RowsAreIndependent(32, width));
    }
}
