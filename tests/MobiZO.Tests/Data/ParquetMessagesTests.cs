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
        Assert.Null(rows[1].Turns);
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
