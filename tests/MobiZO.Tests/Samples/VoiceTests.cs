using MobiZO.Data;
using MobiZO.TestKit;

namespace MobiZO.Tests.Samples;

/// <summary>The chats of the guides.</summary>
public sealed class VoiceTests
{
    [Fact]
    public void The_questions_are_none_of_the_chats_and_every_chat_has_an_answer()
    {
        IReadOnlyList<DataRow> Read(string name) =>
            DataFile.Read(Path.Combine(Shared.Repository, "samples", "Voice", name), new DataOptions());
        var (chats, questions) = (Read("chats.jsonl"), Read("questions.jsonl"));
        Assert.Equal((60, 20), (chats.Count, questions.Count));
        string[] asked = [.. chats.Concat(questions).Select(row => row.Turns![0].Content)];
        Assert.Equal(asked.Length, asked.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(chats.Concat(questions), row => Assert.Equal(["user", "assistant"], row.Turns!.Select(turn => turn.Role)));
        Assert.All(questions, row => Assert.StartsWith("[\"", row["content_words"]));
    }
}
