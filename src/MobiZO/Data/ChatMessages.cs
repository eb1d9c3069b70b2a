using System.Text.Json;

namespace MobiZO.Data;

/// <summary>
/// The messages of a conversation as files hold them: with <c>role</c> and <c>content</c>, or with <c>from</c> and <c>value</c> in a column
/// named <c>conversations</c>, as ShareGPT has them.
/// </summary>
internal static class ChatMessages
{
    /// <summary>The column of conversations that is known without being named.</summary>
    public const string ShareGptColumn = "conversations";

    /// <summary>The column of the tools of a conversation.</summary>
    public const string Tools = "tools";

    /// <summary>The key of the tools that a message calls.</summary>
    public const string ToolCalls = "tool_calls";

    private static readonly Dictionary<string, string> s_roles = new(StringComparer.Ordinal)
    {
        ["human"] = "user",
        ["user"] = "user",
        ["gpt"] = "assistant",
        ["chatgpt"] = "assistant",
        ["assistant"] = "assistant",
        ["system"] = "system",
    };

    /// <summary>Whether an array holds the messages of its row.</summary>
    /// <param name="array">The array.</param>
    /// <param name="name">Its column.</param>
    /// <param name="messagesColumn">The column of messages.</param>
    public static bool AreIn(JsonElement array, string name, string messagesColumn) =>
        name == messagesColumn || (name == ShareGptColumn && array.EnumerateArray().All(IsMessage));

    /// <summary>Reads the messages.</summary>
    /// <param name="array">The array.</param>
    /// <param name="name">Its column.</param>
    /// <param name="place">The row.</param>
    /// <exception cref="DataException">A message has no role and text, or calls a tool.</exception>
    public static IReadOnlyList<ChatTurn> Read(JsonElement array, string name, DataPlace place) =>
        [.. array.EnumerateArray().Select(message => ReadTurn(message, name, place))];

    /// <summary>The role of a ShareGPT name.</summary>
    /// <param name="from">The name.</param>
    /// <param name="place">The row.</param>
    /// <exception cref="DataException">Nobody has this name.</exception>
    public static string RoleOf(string from, DataPlace place) =>
        s_roles.GetValueOrDefault(from)
        ?? throw new DataException(
            place,
            $"a message from {DataException.Quote(from)}",
            $"one of {string.Join(", ", s_roles.Keys)}",
            "Tools are not supported: write what they say into the messages, or remove the row."
        );

    /// <summary>A message that calls a tool.</summary>
    /// <param name="name">The column of the messages.</param>
    /// <param name="place">The row.</param>
    public static DataException CallsTool(string name, DataPlace place) =>
        new(
            place,
            $"'{ToolCalls}' in a message of {DataException.Quote(name)}",
            "messages of a role and a text",
            "Tool calls are not supported: write them into the content the way the model should write them, or remove the row."
        );

    private static bool IsMessage(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object
        && ((Text(message, "role") && Text(message, "content")) || (Text(message, "from") && Text(message, "value")));

    private static ChatTurn ReadTurn(JsonElement message, string name, DataPlace place)
    {
        if (message.ValueKind == JsonValueKind.Object)
        {
            RefuseToolCalls(message, name, place);
            if (Text(message, "role") && Text(message, "content"))
            {
                return new ChatTurn(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!);
            }

            if (Text(message, "from") && Text(message, "value"))
            {
                return new ChatTurn(RoleOf(message.GetProperty("from").GetString()!, place), message.GetProperty("value").GetString()!);
            }
        }

        throw new DataException(
            place,
            $"{DataException.Quote(message.GetRawText())} in {DataException.Quote(name)}",
            "messages such as {\"role\": \"user\", \"content\": \"...\"} with text contents",
            "Write every message with a role and a text."
        );
    }

    private static bool Text(JsonElement message, string key) =>
        message.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String;

    /// <summary>A chat template would not see the call: the model would learn a conversation in which it never happened.</summary>
    private static void RefuseToolCalls(JsonElement message, string name, DataPlace place)
    {
        if (
            message.TryGetProperty(ToolCalls, out JsonElement calls)
            && calls.ValueKind != JsonValueKind.Null
            && !(calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() == 0)
        )
        {
            throw CallsTool(name, place);
        }
    }
}
