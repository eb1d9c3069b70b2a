using MobiZO.Data;

namespace MobiZO.Tests.Data;

/// <summary>Rows that bring what there is to choose from: a list and its right one, or a chosen and a rejected answer.</summary>
public sealed class OwnChoicesTests
{
    [Theory]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "answer": 1}""", 1)]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "answer": "1"}""", 1)]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "answer": " c "}""", 1)]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "answer": "ab"}""", 0)]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "label": 1}""", 1)]
    [InlineData("""{"text": "x", "choices": ["ab", "c"], "answer": 0}""", 0)]
    public void A_list_is_read_with_its_right_one(string line, int right)
    {
        var example = Assert.Single(Encode(new DataOptions(), line));

        Assert.Equal(right, example.Label);
        Assert.Equal([" ab", " c"], example.OwnChoices);
        Assert.Equal(2, example.ChoiceIds.Length);
        Assert.Equal(example.ChoiceIds[right], example.AnswerIds);
        Assert.Null(example.Tree);
        Assert.Null(example.TokenWeights);
    }

    /// <summary>The space belongs to neither side alone: one is put in where there is none.</summary>
    [Theory]
    [InlineData("x ", "ab", "ab")]
    [InlineData("x", " ab", " ab")]
    [InlineData("x", "ab", " ab")]
    public void A_choice_stands_behind_the_prompt_with_one_space(string prompt, string choice, string answer) =>
        Assert.Equal(
            answer,
            Encode(new DataOptions(), $$"""{"prompt": "{{prompt}}", "choices": ["{{choice}}", "c"], "answer": 0}""")[0].OwnChoices[0]
        );

    [Fact]
    public void A_template_writes_the_prompt_and_rows_may_differ_in_their_number()
    {
        var examples = Encode(
            new DataOptions { Template = "{question}?" },
            """{"question": "x", "choices": ["ab", "c"], "answer": 0}""",
            """{"question": "yy", "choices": ["ab", "c", "dd"], "answer": "dd"}"""
        );

        Assert.Equal([2, 3], examples.Select(example => example.ChoiceIds.Length));
        Assert.Equal(2, examples[1].Label);
        Assert.Equal(3, examples[1].PromptIds.Length);
    }

    [Fact]
    public void A_chosen_and_a_rejected_answer_are_two_choices_as_they_stand()
    {
        var example = Assert.Single(Encode(new DataOptions(), """{"prompt": "x", "chosen": "ab", "rejected": " c"}"""));

        Assert.Equal(0, example.Label);
        Assert.Equal(["ab", " c"], example.OwnChoices);
    }

    [Theory]
    [InlineData(
        """{"prompt": [{"role": "user", "content": "q"}], "chosen": [{"role": "assistant", "content": "ab"}], "rejected": [{"role": "assistant", "content": "c"}]}"""
    )]
    [InlineData("""{"prompt": [{"role": "user", "content": "q"}], "chosen": "ab", "rejected": "c"}""")]
    [InlineData(
        """{"prompt": "q", "chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "ab"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "c"}]}"""
    )]
    [InlineData(
        """{"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "ab"}], "rejected": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "c"}]}"""
    )]
    [InlineData(
        """{"prompt": "[\n  {\n \"role\": \"user\", \"content\": \"q\"}\n]", "chosen": [ {"role": "assistant", "content": "ab"} ], "rejected": "c"}"""
    )]
    public void Conversations_with_two_answers_go_through_the_chat_template(string line)
    {
        var example = Assert.Single(Encode(new DataOptions(), line));

        Assert.Equal(["ab;", "c;"], example.OwnChoices);
        Assert.Equal("user:q;assistant:".Length, example.PromptIds.Length);
    }

    [Fact]
    public void The_weight_of_a_token_follows_the_scoring()
    {
        const string Line = """{"prompt": "x", "choices": ["ab", "c"], "answer": 1}""";

        Assert.Equal([1f, 1f], Encode(new DataOptions { Scoring = ChoiceScoring.Sum }, Line)[0].TokenWeights!);
        Assert.Equal([1f / 2, 1f], Encode(new DataOptions { Scoring = ChoiceScoring.Characters }, Line)[0].TokenWeights!);
    }

    [Theory]
    [InlineData("""{"prompt": "x", "choices": ["ab"], "answer": 0}""", "at least 2 texts")]
    [InlineData("""{"prompt": "x", "choices": [1, 2], "answer": 0}""", "a JSON array")]
    [InlineData("""{"prompt": "x", "choices": "ab", "answer": 0}""", "a JSON array")]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "answer": 2}""", "from 0 to 1")]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"], "answer": "d"}""", "one of the row's 2 choices")]
    [InlineData("""{"prompt": "x", "choices": ["1", "0"], "answer": "1"}""", "means one choice")]
    [InlineData("""{"prompt": "x", "choices": ["ab", "c"]}""", "a column 'answer'")]
    [InlineData(
        """{"chosen": [{"role": "user", "content": "q"}], "rejected": [{"role": "user", "content": "q"}]}""",
        "end with one by 'assistant'"
    )]
    [InlineData("""{"chosen": [{"role": "user"}], "rejected": [{"role": "user", "content": "q"}]}""", "messages such as")]
    [InlineData(
        """{"chosen": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "ab"}], "rejected": [{"role": "user", "content": "r"}, {"role": "assistant", "content": "c"}]}""",
        "the same conversation"
    )]
    public void What_is_no_choice_is_told_with_its_place(string line, string expected)
    {
        var error = Assert.Throws<DataException>(() => Encode(new DataOptions(), line));

        Assert.Contains(expected, error.Message);
        Assert.Equal(1, error.Line);
    }

    [Fact]
    public void Branches_are_of_label_words()
    {
        Assert.Contains(
            "Mean, Sum or Characters",
            Assert
                .Throws<DataException>(() =>
                    Encode(new DataOptions { Scoring = ChoiceScoring.Branches }, """{"prompt": "x", "choices": ["ab", "c"], "answer": 0}""")
                )
                .Message
        );
        Assert.NotEmpty(new DataOptions { Scoring = ChoiceScoring.Branches, Shape = RowShape.Choices }.Validate());
    }

    private static IReadOnlyList<EncodedExample> Encode(DataOptions options, params string[] lines)
    {
        using var file = new TemporaryFile("rows.jsonl", string.Join("\n", lines));
        var encoder = new ExampleEncoder(
            new GreedyTokenizer(),
            options,
            (turns, adds) => string.Concat(turns.Select(turn => $"{turn.Role}:{turn.Content};")) + (adds ? "assistant:" : "")
        );
        return encoder.Encode(DataFile.Read(file.Path, options));
    }
}
