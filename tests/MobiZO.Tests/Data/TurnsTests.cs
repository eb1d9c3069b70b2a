using MobiZO.Data;

namespace MobiZO.Tests.Data;

/// <summary>Which messages of a conversation are learned, with the templates of published models.</summary>
public sealed class TurnsTests
{
    private static readonly (string Role, string Content)[] s_conversation =
    [
        ("user", "Where is the key?"),
        ("assistant", "Under the mat."),
        ("user", "And the lamp?"),
        ("assistant", "Behind the door."),
        ("user", "Thanks, and the cat?"),
        ("assistant", "It sleeps."),
    ];

    public static TheoryData<string> Templates => [.. TemplateFixtures.Names];

    [Theory]
    [MemberData(nameof(Templates))]
    public void EveryAnswerIsLearnedAloneBehindWhatTheModelWillSeeBeforeIt(string name)
    {
        TemplateFixtures template = TemplateFixtures.Load(name);
        IReadOnlyList<EncodedExample> examples = Encode(template, AnswerTurns.All, s_conversation);
        Assert.Equal(3, examples.Count);
        for (int i = 0; i < 3; i++)
        {
            var (prompt, answer) = (Text(examples[i].PromptIds), Text(examples[i].AnswerIds));
            ChatTurn[] before = [.. s_conversation.Take((2 * i) + 1).Select(turn => new ChatTurn(turn.Role, turn.Content))];
            string content = s_conversation[(2 * i) + 1].Content;

            // The answer is the message with what ends it, and nothing that a user said.
            Assert.Contains(content, answer);
            Assert.All(s_conversation.Where(turn => turn.Content != content), turn => Assert.DoesNotContain(turn.Content, answer));
            Assert.StartsWith(
                prompt + answer,
                template.Render([.. before, new ChatTurn("assistant", content)], addGenerationPrompt: false)
            );

            // The prompt is what the model is given when it is to answer, but for thoughts that a template begins.
            Assert.StartsWith(prompt, template.Render(before, addGenerationPrompt: true));
            Assert.Contains(s_conversation[2 * i].Content, prompt);
            Assert.Equal(s_conversation[2 * i].Content, examples[i].Question);
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void TheLastAnswerIsThatOfAllAnswers(string name)
    {
        TemplateFixtures template = TemplateFixtures.Load(name);
        EncodedExample last = Encode(template, AnswerTurns.Last, s_conversation).Single();
        EncodedExample all = Encode(template, AnswerTurns.All, s_conversation)[^1];
        Assert.Equal(all.PromptIds, last.PromptIds);
        Assert.Equal(all.AnswerIds, last.AnswerIds);
    }

    [Fact]
    public void MarkedPartsAreWhatTheTemplateMarks()
    {
        TemplateFixtures template = TemplateFixtures.Load("chatml-generation");
        ChatTurn[] turns = [.. s_conversation.Select(turn => new ChatTurn(turn.Role, turn.Content))];
        var whole = template.RenderSpans(turns);
        Assert.Equal(
            whole.GenerationSpans.Select(span => whole.Text[span].TrimEnd()),
            Encode(template, AnswerTurns.All, s_conversation).Select(example => Text(example.AnswerIds))
        );
    }

    [Fact]
    public void AllTurnsMayEndWithAQuestionAndBeginWithAGreeting()
    {
        TemplateFixtures template = TemplateFixtures.Load("chatml");
        (string, string)[] turns = [("assistant", "Welcome."), ("user", "Hi"), ("assistant", "Yes?"), ("user", "Bye")];
        Assert.Equal("Yes?<|im_end|>", Text(Encode(template, AnswerTurns.All, turns).Single().AnswerIds));
        string message = Assert
            .Throws<DataException>(() => Encode(template, AnswerTurns.All, [("assistant", "Welcome."), ("user", "Hi")]))
            .Message;
        Assert.Contains("file.jsonl, line 3: found a conversation without an answer; expected messages with at least one", message);
    }

    [Fact]
    public void ATemplateThatMarksOnlySomeAnswersIsRefused()
    {
        var encoder = new ExampleEncoder(
            new GreedyTokenizer(),
            new DataOptions { Turns = AnswerTurns.All },
            ExampleEncoderTests.Render,
            renderSpans: turns => new(ExampleEncoderTests.Render(turns, false), [1..2])
        );
        string message = Assert
            .Throws<DataException>(() =>
                encoder.Encode([ExampleEncoderTests.Chat(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))])
            )
            .Message;
        Assert.Contains("found 1 parts that the chat template marks as generated; expected one for each of the 2 messages", message);
    }

    private static IReadOnlyList<EncodedExample> Encode(
        TemplateFixtures template,
        AnswerTurns turns,
        params (string, string)[] conversation
    ) =>
        new ExampleEncoder(
            new GreedyTokenizer(),
            new DataOptions { Turns = turns, MaxLength = 5000 },
            template.Render,
            renderSpans: template.RenderSpans
        ).Encode([ExampleEncoderTests.Chat(conversation)]);

    private static string Text(int[] ids) => new GreedyTokenizer().Decode(ids);
}
