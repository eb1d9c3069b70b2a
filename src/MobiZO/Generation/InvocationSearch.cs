using MobiZO.Adapters;

namespace MobiZO.Generation;

/// <summary>Finds where an adapter starts to act in a prompt.</summary>
internal static class InvocationSearch
{
    /// <summary>0 in scope all; in scope activated the start of the last occurrence of the invocation tokens, or null when they do not occur.</summary>
    public static int? FirstAdaptedToken(LoraAdapter adapter, ReadOnlySpan<int> promptIds)
    {
        if (adapter.InvocationTokens.Count == 0)
        {
            return 0;
        }

        var start = promptIds.LastIndexOf([.. adapter.InvocationTokens]);
        return start < 0 ? null : start;
    }
}
