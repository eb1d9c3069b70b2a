using MobiZO.Adapted;
using MobiZO.Adapters;
using MobiZO.Data;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Adapted;

public sealed class AdapterStartTests
{
    /// <summary>
    /// Rows that differ in their answers keep the prompt of every layer; a step then computes the lower ones for one copy.
    /// </summary>
    [Theory]
    [InlineData(AdapterScope.Activated, true, PrefixKind.KeyValues, 2, 0)]
    [InlineData(AdapterScope.Activated, false, PrefixKind.KeyValues, 0, 2)]
    [InlineData(AdapterScope.All, true, PrefixKind.Hidden, 2, 0)]
    [InlineData(AdapterScope.All, false, PrefixKind.Hidden, 2, 0)]
    public void AdaptersInUpperLayersStartThereWhenAnExampleIsOneRow(
        AdapterScope scope,
        bool hasSingleRows,
        PrefixKind prompt,
        int layer,
        int sharedLayers
    )
    {
        var start = AdapterStart.Of(scope, Upper(2), hasSingleRows);
        Assert.Equal((prompt, layer, sharedLayers), (start.Prompt, start.Layer, start.SharedLayers));
    }

    [Theory]
    [InlineData(AdapterScope.Activated, PrefixKind.KeyValues)]
    [InlineData(AdapterScope.All, PrefixKind.Tokens)]
    public void AnAdapterInTheFirstLayerNeedsEverything(AdapterScope scope, PrefixKind prompt) =>
        Assert.Equal(new AdapterStart(prompt, 0, 0), AdapterStart.Of(scope, Upper(0)));

    [Fact]
    public void LabelWordsOfSeveralTokensMakeSeveralRows()
    {
        Assert.True(
            AdapterStart.AreSingleRows([
                [4],
                [5],
            ])
        );
        Assert.True(AdapterStart.AreSingleRows([]));
        Assert.False(
            AdapterStart.AreSingleRows([
                [4],
                [5, 6],
            ])
        );
    }

    /// <summary>As peft: from the last occurrence of the invocation tokens on.</summary>
    [Theory]
    [InlineData(new[] { 7, 8, 1, 7, 8, 2 }, 3)]
    [InlineData(new[] { 7, 8 }, 0)]
    [InlineData(new[] { 8, 7 }, null)]
    public void AnActivatedAdapterStartsAtTheLastOccurrenceOfItsTokens(int[] prompt, int? token) =>
        Assert.Equal(token, Invoked(7, 8).TokenIn(prompt));

    [Fact]
    public void AnAdapterOfScopeAllStartsAtTheFirstToken() => Assert.Equal(0, Invoked().TokenIn([3, 4]));

    [Fact]
    public void ARowWithoutTheTokensIsRefusedWithItsLine()
    {
        Assert.Equal(1, Invoked(2, 3).TokenOf(Row(1, 2, 3)));
        var error = Assert.Throws<DataException>(() => Invoked(7, 8).TokenOf(Row(1, 2, 3)));
        Assert.StartsWith("data, line 5: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("7, 8", error.Message, StringComparison.Ordinal);
    }

    private static AdapterStart Invoked(params int[] tokens)
    {
        var layout = Upper(2);
        var adapter = LoraAdapter.CreateFresh(
            layout.Modules.Select(module => (module.Name, module.InputSize, module.OutputSize)),
            2,
            4,
            1
        ) with
        {
            InvocationTokens = tokens,
        };
        return AdapterStart.Of(adapter, layout, hasSingleRows: true);
    }

    private static AdapterLayout Upper(int first) =>
        new(2, 2, [.. new TinyLlama(layers: 4).Assembler.LinearModules.Where(module => module.Layer >= first)]);

    private static EncodedExample Row(params int[] prompt) =>
        new()
        {
            LineNumber = 5,
            PromptIds = prompt,
            AnswerIds = [4],
            InvocationStart = 0,
            WasTruncated = false,
        };
}
