using MobiZO.PrefixCache;

namespace MobiZO.Training;

/// <summary>How many prompts were found in the cache and what computing the others will take; told before most of that work.</summary>
/// <param name="Rows">Which rows: training, evaluation or held-out.</param>
/// <param name="Plan">The cost.</param>
public sealed record PrefixesPlanned(string Rows, PrefixCachePlan Plan) : TrainingEvent;
