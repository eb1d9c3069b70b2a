using MobiZO.Data;
using Parquet.Serialization;

namespace MobiZO.Tests.Data;

/// <summary>Conversations in Parquet files.</summary>
public sealed class ParquetMessagesTests
{
    [Fact]
    public async Task ConversationsAreReadFromListsOfMessages()
    {
        Chat[] chats =
        [
            new() { id = "1", messages = [new() { role = "user", content = "q" }, new() { role = "assistant", content = "a" }] },
            new() { id = "2", messages = [] },
            new() { id = "3", messages = null },
            new() { id = "4", messages = [new() { role = "user", content = "" }, new() { role = "assistant", content = "ä" }] },
        ];
        using var file = await FileOf(chats);
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, new DataOptions());
        Assert.Equal(["1", "2", "3", "4"], rows.Select(row => row["id"]));
        Assert.Equal([new ChatTurn("user", "q"), new ChatTurn("assistant", "a")], rows[0].Turns!);
        Assert.Empty(rows[1].Turns!);
        Assert.Null(rows[2].Turns);
        Assert.Equal([new ChatTurn("user", ""), new ChatTurn("assistant", "ä")], rows[3].Turns!);
        Assert.Equal(RowShape.Chat, RowDrafts.ShapeOf(rows[0], new DataOptions()));
    }

    [Fact]
    public async Task AMessageWithoutTextIsNamedByItsRow()
    {
        using var file = await FileOf([
            new Chat { id = "1", messages = [new() { role = "user", content = "q" }] },
            new Chat { id = "2", messages = [new() { role = "user", content = "q" }, new() { role = "assistant", content = null }] },
        ]);
        string message = Assert.Throws<DataException>(() => DataFile.Read(file.Path, new DataOptions())).Message;
        Assert.Contains("row 2: found message 2 of 'messages' without its role or text", message);
    }

    [Fact]
    public async Task ShareGptListsHaveTheirRoles()
    {
        using var file = await FileOf([
            new Shared { conversations = [new() { from = "human", value = "q" }, new() { from = "gpt", value = "a" }] },
        ]);
        Assert.Equal(
            [new ChatTurn("user", "q"), new ChatTurn("assistant", "a")],
            DataFile.Read(file.Path, new DataOptions()).Single().Turns!
        );
    }

    [Fact]
    public async Task AnEmptyConversationIsToldAsOne()
    {
        using var file = await FileOf([new Chat { id = "1", messages = [] }]);
        var encoder = new ExampleEncoder(new GreedyTokenizer(), new DataOptions(), ExampleEncoderTests.Render);
        string message = Assert.Throws<DataException>(() => encoder.Encode(DataFile.Read(file.Path, new DataOptions()))).Message;
        Assert.Contains("row 1: found no messages; expected messages that end with one by 'assistant'", message);
    }

    /// <summary>A chat template would not see the call, as in JSON.</summary>
    [Fact]
    public async Task ACallOfAToolIsRefusedByItsRow()
    {
        Called Of(string? name) =>
            new()
            {
                messages =
                [
                    new() { role = "user", content = "q" },
                    new()
                    {
                        role = "assistant",
                        content = "a",
                        tool_calls = name is null ? null : [new() { function = new() { name = name } }],
                    },
                ],
            };
        using var without = await FileOf([Of(null), Of(null)]);
        Assert.Equal([2, 2], DataFile.Read(without.Path, new DataOptions()).Select(row => row.Turns!.Count));
        using var with = await FileOf([Of(null), Of("find")]);
        string message = Assert.Throws<DataException>(() => DataFile.Read(with.Path, new DataOptions())).Message;
        Assert.Contains("row 2: found 'tool_calls' in a message of 'messages'", message);
    }

    [Fact]
    public async Task ToolsOfAConversationAreRefusedAndEmptyOnesAreNot()
    {
        static Equipped Of(string id, params string[]? tools) =>
            new()
            {
                id = id,
                messages = [new() { role = "user", content = "q" }, new() { role = "assistant", content = "a" }],
                tools = tools is null ? null : [.. tools.Select(tool => new Tool { name = tool })],
            };
        using var file = await FileOf([Of("1", null), Of("2"), Of("3", "find")]);
        IReadOnlyList<DataRow> rows = DataFile.Read(file.Path, new DataOptions());
        var encoder = new ExampleEncoder(new GreedyTokenizer(), new DataOptions(), ExampleEncoderTests.Render);
        Assert.Equal(2, encoder.Encode([.. rows.Take(2)]).Count);
        string message = Assert.Throws<DataException>(() => encoder.Encode(rows)).Message;
        Assert.Contains("row 3: found the tools in a list; expected a conversation without tools", message);
    }

    private static async Task<TemporaryFile> FileOf<T>(T[] rows)
        where T : class, new()
    {
        using var stream = new MemoryStream();
        await ParquetSerializer.SerializeAsync(rows, stream);
        return new TemporaryFile("a.parquet", stream.ToArray());
    }

#pragma warning disable IDE1006, SA1300, CA1812 // The names are those of the columns.
    private sealed class Chat
    {
        public string? id { get; set; }

        public List<Message>? messages { get; set; }
    }

    private sealed class Message
    {
        public string? role { get; set; }

        public string? content { get; set; }
    }

    private sealed class Called
    {
        public List<CallingMessage>? messages { get; set; }
    }

    private sealed class CallingMessage
    {
        public string? role { get; set; }

        public string? content { get; set; }

        public List<Call>? tool_calls { get; set; }
    }

    private sealed class Call
    {
        public Tool? function { get; set; }
    }

    private sealed class Equipped
    {
        public string? id { get; set; }

        public List<Message>? messages { get; set; }

        public List<Tool>? tools { get; set; }
    }

    private sealed class Tool
    {
        public string? name { get; set; }
    }

    private sealed class Shared
    {
        public List<Said>? conversations { get; set; }
    }

    private sealed class Said
    {
        public string? from { get; set; }

        public string? value { get; set; }
    }
#pragma warning restore IDE1006, SA1300, CA1812
}
