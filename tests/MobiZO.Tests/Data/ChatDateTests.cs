using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class ChatDateTests
{
    private const string Dated = "{{ strftime_now('%d %B %Y') }}{% for message in messages %}{{ message.content }}{% endfor %}";

    /// <summary>A date is decided where a template that writes one writes rows, and nowhere else.</summary>
    [Theory]
    [InlineData("""{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}""", true)]
    [InlineData("""{"prompt": "q", "completion": "a"}""", true)]
    [InlineData("""{"prompt": [{"role": "user", "content": "q"}], "chosen": "a", "rejected": "b"}""", true)]
    [InlineData("""{"prompt": "q", "chosen": "a", "rejected": "b"}""", false)]
    [InlineData("""{"text": "words"}""", false)]
    [InlineData("""{"text": "words", "label": "ham"}""", false)]
    public void Rows_decide_whether_there_is_a_date(string line, bool hasDate)
    {
        using var file = new TemporaryFile("a.jsonl", line + "\n" + line.Replace("ham", "spam", StringComparison.Ordinal));
        var (decided, rows) = Decide(file, new DataOptions());
        var before = ChatDate.Today;

        var dated = ChatDate.Decide(decided, rows, Dated);

        Assert.Equal(hasDate, dated.ChatDate is not null);
        Assert.True(dated.ChatDate is not { } date || (date >= before && date <= ChatDate.Today));
        Assert.Same(decided, ChatDate.Decide(decided, rows, template: null));
        Assert.Same(decided, ChatDate.Decide(decided, rows, "{{ messages[0].content }}"));
        Assert.Same(dated, ChatDate.Decide(dated, rows, Dated));
    }

    [Fact]
    public void A_given_date_stays_and_rows_that_are_read_as_they_are_need_none()
    {
        using var file = new TemporaryFile("a.jsonl", """{"prompt": "q", "completion": "a"}""");
        var given = new DataOptions { ChatDate = new DateOnly(2024, 2, 3) };
        var (decided, rows) = Decide(file, given);
        Assert.Equal(given.ChatDate, ChatDate.Decide(decided, rows, Dated).ChatDate);

        (decided, rows) = Decide(file, new DataOptions { ChatTemplate = ChatTemplateUse.Never });
        Assert.Null(ChatDate.Decide(decided, rows, Dated).ChatDate);
    }

    private static (DataOptions Decided, IReadOnlyList<DataRow> Rows) Decide(TemporaryFile file, DataOptions options)
    {
        var rows = DataFile.Read(file.Path, options);
        return (DecidedData.Of(options, rows, hasChatTemplate: true, "</s>"), rows);
    }
}
