using MobiZO.Data;
using MobiZO.Text.ChatTemplates;

namespace MobiZO.Tests.Data;

public sealed class ExampleEncoderTests
{
    private static readonly DataOptions s_spam = new() { Template = "{text}?", Choices = [" no", " yes"] };

    [Fact]
    public void ClassificationHasOnePromptAndAllChoices()
    {
        var tokenizer = new GreedyTokenizer(" no", " yes", "spam") { AddsStart = true, AddsEnd = true };
        var encoder = new ExampleEncoder(tokenizer, s_spam);
        EncodedExample example = encoder.Encode([Row(7, ("text", " a spam \n"), ("label", "1"))]).Single();
        Assert.Equal([0, .. tokenizer.Ids("a", " ", "spam", "?")], example.PromptIds);
        Assert.Equal([tokenizer.Ids(" no"), tokenizer.Ids(" yes")], example.ChoiceIds);
        Assert.Equal(tokenizer.Ids(" yes"), example.AnswerIds);
        Assert.Equal(
            (1, 7, 4, false, 6),
            (example.Label, example.LineNumber, example.InvocationStart, example.WasTruncated, example.Length)
        );
        Assert.Equal([" no", " yes"], encoder.Choices);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData(" 1 ", 1)]
    [InlineData("yes", 1)]
    [InlineData(" no ", 0)]
    public void LabelsArePositionsOrWords(string label, int expected) =>
        Assert.Equal(expected, Encode(s_spam, ("text", "a"), ("label", label)).Label);

    [Theory]
    [InlineData("2")]
    [InlineData("-1")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("Yes")]
    [InlineData("true")]
    [InlineData("")]
    public void UnknownLabelsAreErrors(string label)
    {
        var error = Assert.Throws<DataException>(() => Encode(s_spam, ("text", "a"), ("label", label)));
        Assert.Contains(
            $"file.tsv, line 3: found the label '{label}' in column 'label'; expected an integer from 0 to 1 or one of 'no', 'yes'",
            error.Message
        );
    }

    [Fact]
    public void LabelWordsMapLabelsAndMayShareWords()
    {
        DataOptions options = s_spam with
        {
            Choices = null,
            LabelWords = LabelWord.ParseList("entailment= yes,neutral= no,contradiction= no"),
            LabelColumn = "gold",
        };
        Assert.Equal(1, Encode(options, ("text", "a"), ("gold", " contradiction")).Label);
        Assert.Equal(0, Encode(options, ("text", "a"), ("gold", "entailment")).Label);
        string message = Assert.Throws<DataException>(() => Encode(options, ("text", "a"), ("gold", "0"))).Message;
        Assert.Contains("expected one of 'entailment', 'neutral', 'contradiction'", message);
    }

    [Fact]
    public void ChoicesMayBeSeveralTokens()
    {
        EncodedExample example = Encode(s_spam with { Choices = [" ab", " abc"] }, ("text", "x"), ("label", "0"));
        Assert.Equal([1000 + 'x', 1000 + '?'], example.PromptIds);
        Assert.Equal(
            [
                [1032, 1097, 1098],
                [1032, 1097, 1098, 1099],
            ],
            example.ChoiceIds
        );
        Assert.Equal(6, example.Length);
    }

    [Fact]
    public void TokensMergedOverTheBorderBelongToTheAnswer()
    {
        var tokenizer = new GreedyTokenizer(": no", " yes");
        EncodedExample example = new ExampleEncoder(tokenizer, s_spam with { Template = "{text}:" })
            .Encode([Row(1, ("text", "a"), ("label", "0"))])
            .Single();

        // Only ": no" merges; what all choices have before them is "a", so the other choice begins with the colon.
        Assert.Equal(tokenizer.Ids("a"), example.PromptIds);
        Assert.Equal([tokenizer.Ids(": no"), tokenizer.Ids(":", " yes")], example.ChoiceIds);
    }

    [Fact]
    public void AnAnswerMayChangeTheTokensOfThePromptBeforeIt()
    {
        // The prompt alone is "w", "xa", "b"; with the answer its tokens before the border are only "w".
        var tokenizer = new GreedyTokenizer("xabc", "xa", "b");
        EncodedExample example = new ExampleEncoder(tokenizer, new DataOptions())
            .Encode([Row(1, ("prompt", "wxab"), ("completion", "cd"))])
            .Single();
        Assert.Equal(tokenizer.Ids("w"), example.PromptIds);
        Assert.Equal(tokenizer.Ids("xabc", "d"), example.AnswerIds);
    }

    [Fact]
    public void CompletionsAreTakenAsTheyAre()
    {
        EncodedExample example = Encode(new DataOptions { AnswerSuffix = "$" }, ("prompt", " p "), ("completion", " c "));
        Assert.Equal(" p ", Text(example.PromptIds));
        Assert.Equal(" c $", Text(example.AnswerIds));
        Assert.Null(example.Label);
        Assert.Empty(example.ChoiceIds);
    }

    [Fact]
    public void ATemplateWithoutChoicesAsksForTheCompletion()
    {
        DataOptions options = new() { Template = "Q: {q}\\nA:", CompletionColumn = "a" };
        EncodedExample example = Encode(options, ("q", " why "), ("a", " so"));
        Assert.Equal("Q: why\nA:", Text(example.PromptIds));
        Assert.Equal(" so", Text(example.AnswerIds));
        Assert.Equal("Q:  why \nA:", Text(Encode(options with { TrimFields = false }, ("q", " why "), ("a", " so")).PromptIds));
    }

    [Fact]
    public void PlainTextAnswersEveryTokenAfterTheFirst()
    {
        EncodedExample example = Encode(new DataOptions(), ("text", "hello"), ("id", "1"));
        Assert.Equal("h", Text(example.PromptIds));
        Assert.Equal("ello", Text(example.AnswerIds));
        var tokenizer = new GreedyTokenizer() { AddsStart = true, AddsEnd = true };
        EncodedExample started = new ExampleEncoder(tokenizer, new DataOptions { AnswerSuffix = "$" })
            .Encode([Row(1, ("text", "hi"))])
            .Single();
        Assert.Equal([0], started.PromptIds);
        Assert.Equal("hi$", Text(started.AnswerIds));
    }

    /// <summary>Some templates let the model begin by thinking, and write answers without their thoughts (DeepSeek-R1).</summary>
    [Fact]
    public void TheAnswerStartsWhereTheTemplateWritesIt()
    {
        string Thinking(IReadOnlyList<ChatTurn> turns, bool header) => Render(turns, header) + (header ? "<think>" : "");
        EncodedExample example = new ExampleEncoder(new GreedyTokenizer(), new DataOptions { Shape = RowShape.Chat }, Thinking)
            .Encode([Chat(("user", "q"), ("assistant", "a"))])
            .Single();
        Assert.Equal("<user>q|\n<assistant>", Text(example.PromptIds));
        Assert.Equal("a|", Text(example.AnswerIds));

        // A template that leaves a message out where the answer stands is refused: it would be lost in silence.
        string Forgetting(IReadOnlyList<ChatTurn> turns, bool header) =>
            Render([.. turns.Where(turn => header || turn.Role != "system")], header);
        Assert.Contains("differently with and without", ChatError(Forgetting, ("system", "s"), ("user", "q"), ("assistant", "a")));
    }

    [Fact]
    public void ConversationsAnswerWithTheirLastMessage()
    {
        var tokenizer = new GreedyTokenizer() { AddsStart = true };
        EncodedExample example = new ExampleEncoder(tokenizer, new DataOptions { InvocationText = "<assistant>" }, Render)
            .Encode([Chat(("system", "s"), ("user", "q"), ("assistant", "a1"), ("user", "r"), ("assistant", "a2"))])
            .Single();
        Assert.Equal("<system>s|\n<user>q|\n<assistant>a1|\n<user>r|\n<assistant>", Text(example.PromptIds));
        Assert.Equal("a2|", Text(example.AnswerIds));
        Assert.Equal("<assistant>", Text(example.PromptIds[example.InvocationStart..]));
    }

    [Fact]
    public void BrokenConversationsAreErrors()
    {
        Assert.Contains("last message is by 'user'", ChatError(Render, ("assistant", "a"), ("user", "q")));
        Assert.Contains("an answer without a message before it", ChatError(Render, ("assistant", "a")));
        Assert.Contains("no messages", ChatError(Render));
        Assert.Contains("expected a model with a chat template", ChatError(null, ("user", "q"), ("assistant", "a")));
        Assert.Contains("differently with and without", ChatError((_, header) => header ? "x" : "y", ("user", "q"), ("assistant", "a")));
    }

    [Fact]
    public void ATemplateThatRefusesNamesTheRow()
    {
        string message = ChatError(
            (_, _) => throw new ChatTemplateException("System role not supported"),
            ("system", "s"),
            ("assistant", "a")
        );
        Assert.StartsWith(
            "file.jsonl, line 3: found a conversation that the chat template refuses: System role not supported; expected",
            message
        );
    }

    [Fact]
    public void ToolsAreRefused()
    {
        DataRow row = new("file.jsonl", 3, ["tools"], ["""[{"name":"clock"}]"""], [new("user", "q"), new("assistant", "a")]);
        string message = Assert
            .Throws<DataException>(() => new ExampleEncoder(new GreedyTokenizer(), new DataOptions(), Render).Encode([row]))
            .Message;
        Assert.Contains("line 3: found the tools", message);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("[]")]
    [InlineData(null)]
    public void NoToolsAreNoReasonToRefuse(string? tools)
    {
        DataRow row = new("file.jsonl", 3, ["tools"], [tools], [new("user", "q"), new("assistant", "a")]);
        Assert.Single(new ExampleEncoder(new GreedyTokenizer(), new DataOptions(), Render).Encode([row]));
    }

    [Fact]
    public void ShapesAreNotGuessed()
    {
        string unworded = Assert.Throws<DataException>(() => Encode(new DataOptions(), ("text", "x"), ("label", "1"))).Message;
        Assert.Contains("no words for the labels; expected Choices or LabelWords", unworded);
        Assert.Equal(2, Encode(new DataOptions { Shape = RowShape.Text }, ("text", "xy"), ("label", "1")).Length);
        Assert.Contains(
            "which fit Completion and Text",
            Assert.Throws<DataException>(() => Encode(new DataOptions(), ("text", "x"), ("prompt", "p"), ("completion", "c"))).Message
        );
        Assert.Contains("which fit no shape of row", Assert.Throws<DataException>(() => Encode(new DataOptions(), ("ham", "x"))).Message);
        Assert.Contains(
            "expected a column 'completion'",
            Assert.Throws<DataException>(() => Encode(new DataOptions { Shape = RowShape.Completion }, ("prompt", "x"))).Message
        );
    }

    [Fact]
    public void UnknownFieldsListTheColumns()
    {
        string message = Assert
            .Throws<DataException>(() => Encode(s_spam with { Template = "{body}?" }, ("text", "a"), ("label", "1")))
            .Message;
        Assert.Contains("file.tsv, line 3: found the columns 'text', 'label'; expected a column 'body'", message);
    }

    [Fact]
    public void RowsWithoutAnswerOrPromptAreErrors()
    {
        string answerless = Assert.Throws<DataException>(() => Encode(new DataOptions(), ("prompt", "x"), ("completion", ""))).Message;
        Assert.Contains("file.tsv, line 3: found the answer '', which has no token of its own", answerless);
        Assert.Contains(
            "leaves no token before the answer",
            Assert.Throws<DataException>(() => Encode(new DataOptions(), ("prompt", ""), ("completion", "x"))).Message
        );
        Assert.Contains("a text of 1 tokens", Assert.Throws<DataException>(() => Encode(new DataOptions(), ("text", "x"))).Message);
        Assert.Contains("a text of 0 tokens", Assert.Throws<DataException>(() => Encode(new DataOptions(), ("text", ""))).Message);
    }

    [Fact]
    public void InvocationStartsAtTheLastTokensOrAtTheText()
    {
        DataOptions options = s_spam with { Template = "Answer: {text} Answer:" };
        (string, string)[] fields = [("text", "x"), ("label", "1")];
        Assert.Equal(":", Suffix(Encode(options, fields)));
        Assert.Equal("wer:", Suffix(Encode(options with { InvocationTokens = 4 }, fields)));
        Assert.Equal("Answer: x Answer:", Suffix(Encode(options with { InvocationTokens = 99 }, fields)));
        Assert.Equal("Answer:", Suffix(Encode(options with { InvocationText = "Answer:" }, fields)));
        string message = Assert.Throws<DataException>(() => Encode(options with { InvocationText = "Reply" }, fields)).Message;
        Assert.Contains("a prompt without the text 'Reply'", message);
        Assert.Contains(
            "plain text with InvocationText",
            Assert.Throws<DataException>(() => Encode(new DataOptions { InvocationText = "x" }, ("text", "xyz"))).Message
        );
    }

    [Fact]
    public void InvocationTextMayBeginInsideATokenOrMergeAway()
    {
        var tokenizer = new GreedyTokenizer("x A", ": yes");
        DataOptions options = s_spam with { Template = "{text} A:", InvocationText = "A:" };
        EncodedExample inside = new ExampleEncoder(tokenizer, options).Encode([Row(1, ("text", "wx"), ("label", "1"))]).Single();
        Assert.Equal(tokenizer.Ids("x A"), inside.PromptIds[inside.InvocationStart..]);
        EncodedExample merged = new ExampleEncoder(tokenizer, options with { InvocationText = ":" })
            .Encode([Row(1, ("text", "wx"), ("label", "1"))])
            .Single();
        Assert.Equal(merged.PromptIds.Length - 1, merged.InvocationStart);
    }

    [Fact]
    public void ChoicesWithTheSameTokensAreErrors()
    {
        // A tokenizer that drops case would leave nothing to choose; ids 1000 + code unit of the lower case stand for it.
        var tokenizer = new LowerCaseTokenizer();
        var encoder = new ExampleEncoder(tokenizer, s_spam with { Choices = ["Yes", "yes"] });
        Assert.Contains(
            "the choices 'Yes' and 'yes' with the same tokens",
            Assert.Throws<DataException>(() => encoder.Encode([Row(3, ("text", "a"), ("label", "0"))])).Message
        );
    }

    [Fact]
    public void NoRowsGiveNoExamples() => Assert.Empty(new ExampleEncoder(new GreedyTokenizer(), s_spam).Encode([]));

    internal static DataRow Row(int line, params (string Column, string Value)[] fields) =>
        new("file.tsv", line, [.. fields.Select(field => field.Column)], [.. fields.Select(field => field.Value)]);

    internal static DataRow Chat(params (string Role, string Content)[] turns) =>
        new("file.jsonl", 3, [], [], [.. turns.Select(turn => new ChatTurn(turn.Role, turn.Content))]);

    internal static string Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt) =>
        string.Concat(turns.Select(turn => $"<{turn.Role}>{turn.Content}|\n")) + (addGenerationPrompt ? "<assistant>" : "");

    internal static string Text(int[] ids) => new GreedyTokenizer().Decode(ids);

    private static EncodedExample Encode(DataOptions options, params (string Column, string Value)[] fields) =>
        new ExampleEncoder(new GreedyTokenizer(), options).Encode([Row(3, fields)]).Single();

    private static string Suffix(EncodedExample example) => Text(example.PromptIds[example.InvocationStart..]);

    private static string ChatError(ChatRenderer? render, params (string, string)[] turns) =>
        Assert
            .Throws<DataException>(() =>
                new ExampleEncoder(new GreedyTokenizer(), new DataOptions { Shape = RowShape.Chat }, render).Encode([Chat(turns)])
            )
            .Message;
}
