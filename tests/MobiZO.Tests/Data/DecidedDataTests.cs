using MobiZO.Data;

namespace MobiZO.Tests.Data;

/// <summary>What the shape of rows decides, and what is refused because rows of a shape do not have it.</summary>
public sealed class DecidedDataTests
{
    private const string Turns = """[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]""";

    [Theory]
    [InlineData("{\"text\": \"a\"}", "plain texts")]
    [InlineData("{\"text\": \"a\", \"label\": \"x\"}\n{\"text\": \"b\", \"label\": \"y\"}", "prompts with label words")]
    [InlineData("{\"prompt\": \"a\", \"choices\": [\"b\", \"c\"], \"answer\": 0}", "prompts with choices that are texts")]
    [InlineData("{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}", "prompts with choices that are texts")]
    public void AChatTemplateThatWouldNotBeUsedIsRefused(string rows, string what)
    {
        var error = Assert.Throws<FineTuneException>(() => Decide(new DataOptions { ChatTemplate = ChatTemplateUse.Always }, rows));

        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.StartsWith($"DataOptions.ChatTemplate is ChatTemplateUse.Always, and the rows are {what}", error.Message);
        Assert.NotEqual(ChatTemplateUse.Always, Decide(new DataOptions { ChatTemplate = ChatTemplateUse.Never }, rows).ChatTemplate);

        // What a run brings along was not asked for of these rows.
        Assert.Null(Decide(new DataOptions { ChatTemplate = ChatTemplateUse.Always }, rows, isOfRun: true).ChatTemplate);
    }

    [Theory]
    [InlineData($"{{\"messages\": {Turns}}}")]
    [InlineData("""{"prompt": [{"role": "user", "content": "q"}], "chosen": "b", "rejected": "c"}""")]
    public void ConversationsAreWrittenByTheChatTemplateWhateverIsSaid(string rows)
    {
        foreach (ChatTemplateUse? use in new ChatTemplateUse?[] { null, ChatTemplateUse.Always, ChatTemplateUse.Never })
        {
            foreach (string? suffix in new[] { null, "" })
            {
                var decided = Decide(new DataOptions { ChatTemplate = use, AnswerSuffix = suffix }, rows);
                Assert.Equal((ChatTemplateUse.Always, null), (decided.ChatTemplate, decided.AnswerSuffix));
            }
        }

        var error = Assert.Throws<FineTuneException>(() => Decide(new DataOptions { AnswerSuffix = "\n#" }, rows));
        Assert.Equal(FineTuneFailure.Settings, error.Failure);
        Assert.StartsWith("DataOptions.AnswerSuffix is '\\n#', and the rows are conversations", error.Message);
        Assert.Null(Decide(new DataOptions { AnswerSuffix = "\n#" }, rows, isOfRun: true).AnswerSuffix);
    }

    private static DataOptions Decide(DataOptions options, string rows, bool isOfRun = false)
    {
        using var file = new TemporaryFile("a.jsonl", rows);
        return DecidedData.Of(options, DataFile.Read(file.Path, options), hasChatTemplate: true, "</s>", isOfRun: isOfRun);
    }
}
