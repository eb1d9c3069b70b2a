using MobiZO.Adapters;

namespace MobiZO.Tests.Adapters;

public sealed class TargetSelectionTests
{
    private static readonly string[] s_parts =
    [
        "self_attn.q_proj",
        "self_attn.k_proj",
        "self_attn.v_proj",
        "self_attn.o_proj",
        "mlp.gate_proj",
        "mlp.up_proj",
        "mlp.down_proj",
    ];

    private static readonly string[] s_llama =
    [
        .. Enumerable.Range(0, 12).SelectMany(layer => s_parts.Select(part => $"model.layers.{layer}.{part}")),
        "lm_head",
    ];

    [Theory]
    [InlineData("q_proj,v_proj")]
    [InlineData(" q , v ")]
    [InlineData("v,q_proj")]
    [InlineData(@".*\.self_attn\.(q|v)_proj")]
    public void Names_short_forms_and_expressions_choose_the_same(string targets)
    {
        var match = TargetSelection.Parse(targets).Select(s_llama);
        Assert.Equal(24, match.Modules.Count);
        Assert.Equal(
            ["model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj", "model.layers.1.self_attn.q_proj"],
            match.Modules.Take(3)
        );
        Assert.Equal(["q_proj", "v_proj"], match.TargetModules);
        Assert.Null(match.LayersToTransform);
    }

    [Fact]
    public void All_linear_leaves_the_head_out()
    {
        var match = TargetSelection.Parse("all-linear").Select(s_llama);
        Assert.Equal(s_llama[..^1], match.Modules);
        Assert.Equal(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"], match.TargetModules);
    }

    [Fact]
    public void Auto_is_what_the_family_names()
    {
        Assert.Equal(
            ["h.0.attn.c_proj"],
            TargetSelection.Parse(" auto", familyTargets: "attn.c_proj").Select(["h.0.attn.c_proj", "h.0.mlp.c_proj"]).Modules
        );
        Assert.Contains(
            "no module is named auto",
            Assert.Throws<ArgumentException>(() => TargetSelection.Parse("auto").Select(s_llama)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_ending_counts_from_a_dot_on()
    {
        Assert.Equal(["a.up_proj"], TargetSelection.Parse("up_proj").Select(["a.up_proj", "a.gate_up_proj"]).Modules);
        Assert.Equal(["h.0.attn.c_proj"], TargetSelection.Parse("attn.c_proj").Select(["h.0.attn.c_proj", "h.0.mlp.c_proj"]).Modules);
    }

    [Fact]
    public void Endings_that_would_mean_more_are_replaced_by_whole_names()
    {
        var match = TargetSelection.Parse("attn.c_proj").Select(["h.0.attn.c_proj", "h.0.mlp.c_proj"]);
        Assert.Equal(["h.0.attn.c_proj"], match.TargetModules);
        Assert.Null(match.LayersToTransform);
    }

    [Theory]
    [InlineData("top-2", new[] { 10, 11 })]
    [InlineData("0-2,7", new[] { 0, 1, 2, 7 })]
    [InlineData(" 3 , 3,1 - 1 ", new[] { 1, 3 })]
    [InlineData("upper-half", new[] { 6, 7, 8, 9, 10, 11 })]
    [InlineData("top-12", null)]
    [InlineData("top-50", null)]
    [InlineData("all", null)]
    public void Layers_limit_the_choice(string layers, int[]? expected)
    {
        var match = TargetSelection.Parse("q,v", LayerFilter.Parse(layers)).Select(s_llama);
        Assert.Equal(2 * (expected?.Length ?? 12), match.Modules.Count);
        Assert.Equal(expected, match.LayersToTransform);
        Assert.Equal(["q_proj", "v_proj"], match.TargetModules);
        Assert.All(match.Modules, name => Assert.True(expected is null || expected.Contains(int.Parse(name.Split('.')[2]))));
    }

    [Fact]
    public void The_middle_of_an_odd_number_of_layers_belongs_to_the_upper_half() =>
        Assert.Equal(
            [1, 2],
            TargetSelection
                .Parse("q", LayerFilter.UpperHalf)
                .Select([.. Enumerable.Range(0, 3).Select(layer => $"model.layers.{layer}.self_attn.q_proj")])
                .LayersToTransform
        );

    [Theory]
    [InlineData("c_attn", "c_attn")]
    [InlineData("q,quary_proj", "quary_proj")]
    [InlineData(",", "named so")]
    [InlineData("q_proj(", "regular expression")]
    [InlineData(".*_attn", "whole module name")]
    public void What_matches_nothing_is_answered_with_what_exists(string targets, string part)
    {
        var message = Assert.Throws<ArgumentException>(() => TargetSelection.Parse(targets).Select(s_llama)).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        if (!targets.EndsWith('('))
        {
            Assert.Contains("q_proj (12)", message, StringComparison.Ordinal);
            Assert.Contains("lm_head", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_choice_that_the_layers_empty_is_refused()
    {
        Assert.Contains(
            "match nothing in layers 3",
            Assert.Throws<ArgumentException>(() => TargetSelection.Parse("lm_head", LayerFilter.Parse("3")).Select(s_llama)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "0 to 11",
            Assert.Throws<ArgumentException>(() => TargetSelection.Parse("q", LayerFilter.Parse("11-13")).Select(s_llama)).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "no linear module",
            Assert.Throws<ArgumentException>(() => TargetSelection.Parse("all-linear").Select([])).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void An_expression_that_never_ends_is_stopped() =>
        Assert.Contains(
            "too long",
            Assert.Throws<ArgumentException>(() => TargetSelection.Parse("(a+)+b").Select([new string('a', 60)])).Message,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData("")]
    [InlineData("some")]
    [InlineData("lower-half")]
    [InlineData("top-0")]
    [InlineData("top-")]
    [InlineData("top--1")]
    [InlineData("3-1")]
    [InlineData("1-2-3")]
    [InlineData("1,,2")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    [InlineData("0-2000000000")]
    public void Unreadable_layers_are_refused(string layers) => Assert.Throws<ArgumentException>(() => LayerFilter.Parse(layers));
}
