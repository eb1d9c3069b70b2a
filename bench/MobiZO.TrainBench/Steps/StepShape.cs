using MobiZO.Optimization;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Ops;

namespace MobiZO.TrainBench.Steps;

/// <summary>The sizes of one step.</summary>
/// <param name="Scope">Which tokens carry the adapter.</param>
/// <param name="Estimator">The estimator.</param>
/// <param name="Copies">P: 2q two-sided, q + 1 one-sided.</param>
/// <param name="Examples">E.</param>
/// <param name="CachedTokens">T of scope activated: prompt tokens that come from the cache; 0 for scope all.</param>
/// <param name="RowTokens">Tokens of a row that a step computes: S of scope activated, T of scope all.</param>
internal sealed record StepShape(AdapterScope Scope, EstimatorKind Estimator, int Copies, int Examples, int CachedTokens, int RowTokens)
{
    public int Queries => Estimator.IsTwoSided() ? Copies / 2 : Copies - 1;

    /// <summary>How programs of this shape are given prompts.</summary>
    public PrefixKind Prompt => Scope == AdapterScope.Activated ? PrefixKind.KeyValues : PrefixKind.Tokens;

    /// <summary>Rows of a step: P * E.</summary>
    public int Rows => Copies * Examples;

    /// <summary>Tokens that a step computes.</summary>
    public int ComputedTokens => Rows * RowTokens;

    /// <summary>The same copies, examples and prompts with every token computed and adapted.</summary>
    public StepShape InScopeAll() => this with { Scope = AdapterScope.All, CachedTokens = 0, RowTokens = CachedTokens + RowTokens };

    public override string ToString() =>
        Scope == AdapterScope.All
            ? FormattableString.Invariant($"all P={Copies} E={Examples} T={RowTokens}")
            : FormattableString.Invariant($"activated P={Copies} E={Examples} T={CachedTokens} S={RowTokens}");
}
