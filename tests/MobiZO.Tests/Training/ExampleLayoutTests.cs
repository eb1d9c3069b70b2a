using MobiZO.Data;
using MobiZO.Programs.Adapters;
using MobiZO.Programs.Assembling;
using MobiZO.TestKit.Tiny;
using MobiZO.Training;

namespace MobiZO.Tests.Training;

public sealed class ExampleLayoutTests
{
    /// <summary>Rows that differ in their answers keep the prompt of every layer; a step then computes the lower ones for one copy.</summary>
    [Theory]
    [InlineData(AdapterScope.Activated, 1, PrefixKind.KeyValues, 2, 0)]
    [InlineData(AdapterScope.Activated, 2, PrefixKind.KeyValues, 0, 2)]
    [InlineData(AdapterScope.Activated, 0, PrefixKind.KeyValues, 2, 0)]
    [InlineData(AdapterScope.All, 1, PrefixKind.Hidden, 2, 0)]
    [InlineData(AdapterScope.All, 2, PrefixKind.Hidden, 2, 0)]
    public void AdaptersInUpperLayersStartThereWhenAnExampleIsOneRow(AdapterScope scope, int wordTokens, PrefixKind prompt, int firstLayer, int sharedLayers)
    {
        var layout = ExampleLayout.Choose([Example(wordTokens)], null, scope, Upper(2));
        Assert.Equal((prompt, firstLayer), (layout.Prompt, layout.FirstLayer));
        Assert.Equal(sharedLayers, ExampleLayout.SharedLayers(layout.Prompt, layout.FirstLayer, Upper(2)));
    }

    [Fact]
    public void OneRowWithOtherAnswersIsEnough() =>
        Assert.Equal(0, ExampleLayout.Choose([Example(1), Example(2)], null, AdapterScope.Activated, Upper(2)).FirstLayer);

    [Fact]
    public void AnAdapterInTheFirstLayerNeedsEverything() =>
        Assert.Equal(new ExampleLayout(StepLossKind.Choices, PrefixKind.KeyValues), ExampleLayout.Choose([Example(1)], null, AdapterScope.Activated, Upper(0)));

    private static AdapterLayout Upper(int first) => new(2, 2, [.. new TinyLlama(layers: 4).Assembler.LinearModules.Where(module => module.Layer >= first)]);

    private static EncodedExample Example(int wordTokens) => new()
    {
        LineNumber = 1,
        PromptIds = [1, 2, 3],
        AnswerIds = [4, 5],
        ChoiceIds = wordTokens == 0 ? [] : [[4], [.. Enumerable.Range(5, wordTokens)]],
        Label = wordTokens == 0 ? null : 0,
        InvocationStart = 2,
        WasTruncated = false,
    };
}
