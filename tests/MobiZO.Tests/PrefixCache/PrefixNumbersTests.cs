using MobiZO.PrefixCache;

namespace MobiZO.Tests.PrefixCache;

public sealed class PrefixNumbersTests
{
    [Theory]
    [InlineData(70000f)]
    [InlineData(-70000f)]
    public void A_number_that_fp16_cannot_hold_is_refused(float number)
    {
        var error = Assert.Throws<FineTuneException>(() => PrefixNumbers.Encode([1f, number, -2f], new byte[6], PrefixCacheType.Fp16));
        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.Contains("size 70000", error.Message, StringComparison.Ordinal);
        Assert.Contains("FineTuneOptions.PrefixCacheType to Fp32", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(65504f)]
    [InlineData(-65504f)]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void What_fp16_holds_is_kept_and_damage_is_not_hidden(float number)
    {
        var (stored, read) = (new byte[2], new float[1]);
        PrefixNumbers.Encode([number], stored, PrefixCacheType.Fp16);
        PrefixNumbers.Decode(stored, read, PrefixCacheType.Fp16);
        Assert.Equal(number, read[0]);
    }
}
