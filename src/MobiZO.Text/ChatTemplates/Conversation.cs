namespace MobiZO.Text.ChatTemplates;

/// <summary>What happens to messages before a template sees them.</summary>
internal static class Conversation
{
    private static readonly string[] s_reasoningSources = ["reasoning_content", "reasoning", "thinking"];
    private static readonly string[] s_reasoningTargets = ["reasoning_content", "thinking"];

    /// <summary>
    /// Copies a message. Keys whose value is null are left out. Reasoning is found under each of the names that templates use.
    /// </summary>
    public static OrderedDictionary<string, object?> Prepare(IReadOnlyDictionary<string, object?> message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var prepared = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in message)
        {
            if (value is not null)
            {
                prepared[key] = value;
            }
        }

        var source = s_reasoningSources.FirstOrDefault(prepared.ContainsKey);
        if (source is not null)
        {
            foreach (var target in s_reasoningTargets)
            {
                prepared.TryAdd(target, prepared[source]);
            }
        }

        return prepared;
    }
}
