using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Programs.Tests.Families;

/// <summary>Families without a golden folder, against second implementations that follow their public definitions.</summary>
public sealed class PublicDefinitionTests
{
    private static readonly int[] s_tokens = new PlainRandom(5).Tokens(12, 40);

    [Fact]
    public void Falcon_with_one_key_value_head()
    {
        var model = new TinyModel(TinyConfigs.Falcon7());
        Check(model, new PlainFalcon(model, 4, 1).Logits(s_tokens));
    }

    [Fact]
    public void Falcon_with_groups_and_two_norms()
    {
        var model = new TinyModel(TinyConfigs.Falcon40());
        Check(model, new PlainFalcon(model, 4, 2) { HasOwnNorms = true }.Logits(s_tokens));
    }

    [Fact]
    public void Falcon_with_groups_and_one_norm()
    {
        var model = new TinyModel(TinyConfigs.Falcon11());
        Check(model, new PlainFalcon(model, 4, 2) { Theta = 500042 }.Logits(s_tokens));
    }

    [Fact]
    public void Falcon_in_sequence()
    {
        var model = new TinyModel(TinyConfigs.FalconInSequence());
        Check(model, new PlainFalcon(model, 4, 4) { IsInSequence = true }.Logits(s_tokens));
    }

    [Fact]
    public void Gpt_neo()
    {
        var model = new TinyModel(TinyConfigs.GptNeo);
        Check(model, new PlainGptNeo(model, 4, 3).Logits(s_tokens));
    }

    private static void Check(TinyModel model, double[][] expected)
    {
        using var engine = new ReferenceEngine<double>();
        using var session = engine.Load(model.Assembler.Generate(null, PrefixKind.Tokens), model);
        long[] places = [.. Enumerable.Range(0, s_tokens.Length).Select(i => (long)i)];
        var logits = session
            .Run(
                new Dictionary<string, HostTensor>(StringComparer.Ordinal)
                {
                    [ProgramNames.InputIds] = HostTensor.Of([.. s_tokens.Select(id => (long)id)], 1, s_tokens.Length),
                    [ProgramNames.Positions] = HostTensor.Of(places, 1, s_tokens.Length),
                    [ProgramNames.AnswerRows] = HostTensor.Of(places, s_tokens.Length),
                }
            )[ProgramNames.Logits]
            .Floats;
        var flat = expected.SelectMany(row => row).ToArray();
        Assert.Equal(flat.Length, logits.Length);
        Assert.All(flat.Zip(logits), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.True(flat.Max() - flat.Min() > 1, "The logits hardly differ: nothing is tested.");
    }
}
