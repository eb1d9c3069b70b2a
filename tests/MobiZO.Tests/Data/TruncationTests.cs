using FsCheck;
using FsCheck.Fluent;
using MobiZO.Data;

namespace MobiZO.Tests.Data;

public sealed class TruncationTests
{
    // Three people and two joiners (8 UTF-16 units), a letter with a combining accent (2), two regional indicators (4): one character each.
    private const string Family = "👨\u200D👩\u200D👧";
    private const string Accented = "e\u0301";
    private const string Flag = "🇮🇹";

    private static readonly DataOptions s_options = new()
    {
        Template = "[{a}|{b}]",
        Choices = [" no", " yes"],
        MaxLength = 14,
    };

    [Fact]
    public void TheLongestFieldLosesItsMiddle()
    {
        EncodedExample example = Encode(s_options, "abcdefghijklm", "xy");

        // 14 tokens: 4 for " yes", 3 for the template, 2 for the other field, 5 are left.
        Assert.Equal("[abclm|xy]", ExampleEncoderTests.Text(example.PromptIds));
        Assert.Equal([" no", " yes"], example.ChoiceIds.Select(ExampleEncoderTests.Text));
        Assert.True(example.WasTruncated);
        Assert.Equal(14, example.Length);
    }

    [Fact]
    public void OrItsBeginning() =>
        Assert.Equal(
            "[xy|ijklm]",
            ExampleEncoderTests.Text(Encode(s_options with { Truncation = Truncation.Left }, "xy", "abcdefghijklm").PromptIds)
        );

    [Fact]
    public void WhatFitsIsNotTouched()
    {
        EncodedExample example = Encode(s_options, "abc", "wxyz");
        Assert.Equal("[abc|wxyz]", ExampleEncoderTests.Text(example.PromptIds));
        Assert.False(example.WasTruncated);
    }

    [Theory]
    [InlineData(Truncation.Middle, 18, Family + Accented + Family)]
    [InlineData(Truncation.Middle, 17, Family + Family)]
    [InlineData(Truncation.Middle, 15, Family)]
    [InlineData(Truncation.Left, 21, Accented + Flag + Family)]
    [InlineData(Truncation.Left, 13, Flag + Family)]
    [InlineData(Truncation.Left, 11, Family)]
    [InlineData(Truncation.Left, 7, "")]
    public void NoCharacterIsHalved(Truncation truncation, int fieldTokens, string kept)
    {
        EncodedExample example = Encode(
            s_options with
            {
                MaxLength = 9 + fieldTokens,
                Truncation = truncation,
            },
            Family + Accented + Flag + Family,
            "xy"
        );
        Assert.Equal($"[{kept}|xy]", ExampleEncoderTests.Text(example.PromptIds));
    }

    [Fact]
    public void WhatDoesNotFitWithoutTheFieldIsAnError()
    {
        var error = Assert.Throws<DataException>(() => Encode(s_options with { MaxLength = 9 }, "abcdefgh", "xyz"));
        Assert.Contains(
            "file.tsv, line 4: found an example of 18 tokens, 10 without its longest field; expected at most 9 (MaxLength)",
            error.Message
        );
        Assert.Contains("answers are never cut", error.Message);
        Assert.Equal("[|xyz]", ExampleEncoderTests.Text(Encode(s_options with { MaxLength = 10 }, "abcdefgh", "xyz").PromptIds));
        Assert.Contains(
            "18 tokens",
            Assert
                .Throws<DataException>(() =>
                    new ExampleEncoder(new GreedyTokenizer(), new DataOptions { MaxLength = 8 }).Encode([
                        ExampleEncoderTests.Row(1, ("prompt", ""), ("completion", "an answer too long")),
                    ])
                )
                .Message
        );
    }

    [Fact]
    public void PromptsWithoutTemplateAndConversationsAreCutToo()
    {
        EncodedExample completion = new ExampleEncoder(
            new GreedyTokenizer(),
            new DataOptions { MaxLength = 6, Truncation = Truncation.Left }
        )
            .Encode([ExampleEncoderTests.Row(1, ("prompt", "0123456789"), ("completion", "end"))])
            .Single();
        Assert.Equal("789", ExampleEncoderTests.Text(completion.PromptIds));
        Assert.Equal("end", ExampleEncoderTests.Text(completion.AnswerIds));
        EncodedExample chat = new ExampleEncoder(new GreedyTokenizer(), new DataOptions { MaxLength = 50 }, ExampleEncoderTests.Render)
            .Encode([ExampleEncoderTests.Chat(("system", "be"), ("user", "a long question, too long"), ("assistant", "a long answer"))])
            .Single();
        Assert.Equal("<system>be|\n<user>a lng|\n<assistant>", ExampleEncoderTests.Text(chat.PromptIds));
        Assert.Equal("a long answer|", ExampleEncoderTests.Text(chat.AnswerIds));
        Assert.Equal(50, chat.Length);
    }

    [Fact]
    public void PlainTextKeepsItsBeginning()
    {
        EncodedExample example = new ExampleEncoder(new GreedyTokenizer(), new DataOptions { MaxLength = 4 })
            .Encode([ExampleEncoderTests.Row(1, ("text", "abcdefgh"))])
            .Single();
        Assert.Equal("abcd", ExampleEncoderTests.Text([.. example.PromptIds, .. example.AnswerIds]));
        Assert.True(example.WasTruncated);
    }

    [Fact]
    public void TheSearchIsShort()
    {
        var tokenizer = new GreedyTokenizer();
        var encoder = new ExampleEncoder(tokenizer, s_options with { MaxLength = 300 });
        EncodedExample example = encoder
            .Encode([ExampleEncoderTests.Row(1, ("a", new string('a', 5000)), ("b", "b"), ("label", "0"))])
            .Single();
        Assert.Equal(300, example.Length);
        Assert.InRange(tokenizer.Calls, 1, 2 * 16);
    }

    [Fact]
    public void AnswersAreNeverTouchedAndLimitsAlwaysKept()
    {
        Gen<string> text = Gen.Elements("a", "no", " ", "é", "😀", "e\u0301", "|", ":").ListOf().Select(pieces => string.Concat(pieces));
        var tokenizer = new GreedyTokenizer("no", "]: n", ": ye", "aa", "😀");
        Gen<Truncation> truncations = Gen.Elements(Truncation.Middle, Truncation.Left);
        Prop.ForAll(
                text.Two().ToArbitrary(),
                Gen.Choose(12, 30).ToArbitrary(),
                truncations.ToArbitrary(),
                (fields, limit, truncation) =>
                {
                    var encoder = new ExampleEncoder(
                        tokenizer,
                        s_options with
                        {
                            Template = "[{a}|{b}]:",
                            MaxLength = limit,
                            Truncation = truncation,
                        }
                    );
                    EncodedExample example;
                    try
                    {
                        example = encoder
                            .Encode([ExampleEncoderTests.Row(1, ("a", fields.Item1), ("b", fields.Item2), ("label", "1"))])
                            .Single();
                    }
                    catch (DataException error)
                    {
                        return error.Message.Contains("without its longest field");
                    }

                    string[] whole = [.. example.ChoiceIds.Select(choice => tokenizer.Decode([.. example.PromptIds, .. choice]))];
                    return example.Length <= limit
                        && whole[0].EndsWith("]: no", StringComparison.Ordinal)
                        && whole[1].EndsWith("]: yes", StringComparison.Ordinal)
                        && example.PromptIds.Length > 0
                        && example.InvocationStart < example.PromptIds.Length;
                }
            )
            .QuickCheckThrowOnFailure();
    }

    private static EncodedExample Encode(DataOptions options, string a, string b) =>
        new ExampleEncoder(new GreedyTokenizer(), options)
            .Encode([ExampleEncoderTests.Row(4, ("a", a), ("b", b), ("label", "1"))])
            .Single();
}
