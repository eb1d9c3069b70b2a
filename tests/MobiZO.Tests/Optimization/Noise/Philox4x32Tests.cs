using System.Numerics;
using MobiZO.Optimization.Noise;

namespace MobiZO.Tests.Optimization.Noise;

public sealed class Philox4x32Tests
{
    /// <summary>Known answers of the generator's authors (Random123, kat_vectors, philox4x32 10 rounds).</summary>
    public static TheoryData<uint[], ulong, uint[]> KnownAnswers =>
        new()
        {
            { [0, 0, 0, 0], 0, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
            {
                [uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue],
                ulong.MaxValue,
                [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
            },
            { [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], 0x299f31d0_a4093822, [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1] },
        };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Scalar_block_gives_the_known_answer(uint[] counter, ulong key, uint[] expected)
    {
        Philox4x32.Block(ref counter[0], ref counter[1], ref counter[2], ref counter[3], key);
        Assert.Equal(expected, counter);
    }

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Vector_blocks_give_the_known_answer_in_every_lane(uint[] counter, ulong key, uint[] expected)
    {
        var w0 = new Vector<ulong>(counter[0]);
        var w1 = new Vector<ulong>(counter[1]);
        var w2 = new Vector<ulong>(counter[2]);
        var w3 = new Vector<ulong>(counter[3]);
        Philox4x32.Blocks(ref w0, ref w1, ref w2, ref w3, key);
        for (var lane = 0; lane < Vector<ulong>.Count; lane++)
        {
            Assert.Equal(expected, new[] { (uint)w0[lane], (uint)w1[lane], (uint)w2[lane], (uint)w3[lane] });
        }
    }
}
