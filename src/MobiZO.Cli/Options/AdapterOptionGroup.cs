using MobiZO.Initialization;

namespace MobiZO.Cli.Options;

/// <summary>The options of <see cref="AdapterOptions"/>, in the words of the peft library.</summary>
internal static class AdapterOptionGroup
{
    public const string IgnoreBaseMismatch = "--ignore-base-mismatch";
    public const string IgnoreBaseMismatchText = "Use the adapter also on a model whose files differ from those that it was made on.";

    /// <summary>What decides the adapter of a run that makes a new one.</summary>
    public static OptionGroup<AdapterOptions> Create()
    {
        var group = new OptionGroup<AdapterOptions>("Adapter", new AdapterOptions());
        group.Add(
            ["--r", "--rank"],
            "Rank r (by default 8; with the discriminant initialization the number of label words, at most 16).",
            OptionValue.Count,
            nameof(AdapterOptions.Rank),
            adapter => adapter.Rank,
            (adapter, value) => adapter with { Rank = value }
        );
        group.Add(
            "--lora-alpha",
            "The adapter's output is scaled by alpha / r (by default 2 r).",
            OptionValue.Double,
            nameof(AdapterOptions.Alpha),
            adapter => adapter.Alpha,
            (adapter, value) => adapter with { Alpha = value }
        );
        group.Add(
            "--adapter-init",
            "Where the frozen A comes from: the training prompts (discriminant), or chance (kaiming).",
            OptionValue.Enumeration<AdapterInitialization>(),
            nameof(AdapterOptions.Initialization),
            adapter => adapter.Initialization,
            (adapter, value) => adapter with { Initialization = value }
        );
        group.Add(
            "--target-modules",
            "Names (q_proj,v_proj or q,v), a regular expression, all-linear, or auto: attention's output projection (o_proj in most "
                + "families).",
            OptionValue.Text("names"),
            nameof(AdapterOptions.TargetModules),
            adapter => adapter.TargetModules,
            (adapter, value) => adapter with { TargetModules = value }
        );
        group.Add(
            "--layers",
            "all, upper-half, top-8 (the last 8), or a list such as 0-3,7 (by default, for target names with the discriminant "
                + "initialization upper-half, else all).",
            OptionValue.Text("layers"),
            nameof(AdapterOptions.Layers),
            adapter => adapter.Layers,
            (adapter, value) => adapter with { Layers = value }
        );
        group.Add(
            "--scope",
            "Tokens that carry the adapter: the last prompt tokens and the answer (a step costs a few tokens), "
                + "or all of them (can be merged); by default activated where all prompts end alike.",
            OptionValue.Enumeration<AdapterScope>(),
            nameof(AdapterOptions.Scope),
            adapter => adapter.Scope,
            (adapter, value) => adapter with { Scope = value }
        );
        return group;
    }

    /// <summary>The same, and the adapter that a run can start from.</summary>
    public static OptionGroup<AdapterOptions> ForTraining()
    {
        var group = Create();
        group.Add(
            "--start-from",
            "Adapter to train on from, a PEFT folder or a GGUF file: it decides r, alpha, modules, layers and scope (by default, a new one).",
            OptionValue.Path("path"),
            nameof(AdapterOptions.StartFrom),
            adapter => adapter.StartFrom,
            (adapter, value) => adapter with { StartFrom = value }
        );
        group.AddFlag(
            IgnoreBaseMismatch,
            IgnoreBaseMismatchText,
            nameof(AdapterOptions.IgnoreBaseMismatch),
            adapter => adapter.IgnoreBaseMismatch,
            (adapter, value) => adapter with { IgnoreBaseMismatch = value }
        );
        return group;
    }
}
