using MobiZO.Data;

namespace MobiZO.Tests.Data;

/// <summary>Words of labels that nobody gave: the labels themselves, or those of a file.</summary>
public sealed class OwnWordsTests
{
    [Fact]
    public void A_label_is_its_own_word_with_spaces_for_underscores()
    {
        var options = Decide(new DataOptions(), "label\ttext\nlost_card\ta\nrefund\tb\nlost_card\tc");

        Assert.Equal([new LabelWord("lost_card", " lost card"), new LabelWord("refund", " refund")], options.LabelWords!);
    }

    [Fact]
    public void Labels_that_underscores_alone_tell_apart_keep_them() =>
        Assert.Equal([" a b", " a_b"], Decide(new DataOptions(), "label\ttext\na_b\tx\na b\ty").LabelWords!.Select(word => word.Word));

    [Fact]
    public void Letters_stand_for_labels_and_results_tell_the_labels()
    {
        using var file = new TemporaryFile("rows.tsv", "label\ttext\nlost_card\ta\nrefund\tb\napple\tc");
        var options = new DataOptions { LabelWords = LabelWord.ParseList("@letters") };
        Assert.Empty(options.Validate());

        var decided = OwnWords.Decide(options, DataFile.Read(file.Path, options), word => word != " B");

        Assert.Equal(
            [("apple", " A", true), ("lost_card", " C", true), ("refund", " D", true)],
            decided.LabelWords!.Select(word => (word.Label, word.Word, word.IsLetter))
        );
        Assert.Equal(["apple", "lost_card", "refund"], LabelMap.Create(decided)!.Names);

        // Words of the user's own are told as they are, also where they look like codes.
        Assert.Equal([" A", " NO"], LabelMap.Create(new DataOptions { LabelWords = [new("x", " A"), new("y", " NO")] })!.Names);
        Assert.Equal([" A", " no"], LabelMap.Create(new DataOptions { LabelWords = [new("A", " A"), new("x", " no")] })!.Names);
    }

    [Fact]
    public void More_labels_than_letters_are_refused()
    {
        using var file = new TemporaryFile("rows.tsv", "label\ttext\na\ta\nb\tb\nc\tc");
        var options = new DataOptions { LabelWords = LabelWord.Letters };

        var error = Assert.Throws<DataException>(() =>
            OwnWords.Decide(options, DataFile.Read(file.Path, options), word => word is " A" or " AB")
        );

        Assert.Contains("found 3 different labels; expected at most 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_that_ends_in_space_needs_none_before_the_word() =>
        Assert.Equal(
            ["no", "yes"],
            Decide(new DataOptions { Template = "{text}\nSpam:\n" }, "label\ttext\nno\tx\nyes\ty").LabelWords!.Select(word => word.Word)
        );

    [Theory]
    [InlineData("text\tother\na\tb")]
    [InlineData("label\ttext\tcompletion\na\tb\tc")]
    public void Rows_without_a_label_or_with_an_answer_stay_as_they_are(string table) =>
        Assert.Null(Decide(new DataOptions(), table).LabelWords);

    [Fact]
    public void Words_that_are_given_stay()
    {
        var given = new DataOptions { Choices = [" no", " yes"] };

        Assert.Equal(given, Decide(given, "label\ttext\n0\ta\n1\tb"));
    }

    [Theory]
    [InlineData("label\ttext\nham\ta\nham\tb", "1 different labels")]
    [InlineData("label\ttext\nham\ta\n\tb", "an empty label")]
    public void Labels_that_tell_nothing_apart_are_refused(string table, string expected) =>
        Assert.Contains(expected, Assert.Throws<DataException>(() => Decide(new DataOptions(), table)).Message);

    [Theory]
    [InlineData("ham\tno\nspam\t yes\n")]
    [InlineData("""{"ham": "no", "spam": " yes"}""")]
    public void A_file_has_the_words(string content)
    {
        using var file = new TemporaryFile("words.txt", content);
        var options = Decide(new DataOptions { LabelWordsFile = file.Path }, "label\ttext\nham\ta\nspam\tb");

        Assert.Equal([new LabelWord("ham", " no"), new LabelWord("spam", " yes")], options.LabelWords!);
        Assert.Null(options.LabelWordsFile);
    }

    [Theory]
    [InlineData("ham no", "line 1: found 'ham no' without its word")]
    [InlineData("ham\tno\nspam\t \n", "line 2")]
    [InlineData("{\"ham\": 1}", "no JSON object of texts")]
    [InlineData("{\"ham\": ", "no JSON object of texts")]
    [InlineData("\n", "no words")]
    public void A_file_that_is_none_is_told(string content, string expected)
    {
        using var file = new TemporaryFile("words.txt", content);

        Assert.Contains(expected, Assert.Throws<DataException>(() => LabelWord.ReadFile(file.Path)).Message);
    }

    [Fact]
    public void A_file_of_words_is_strict_about_its_bytes()
    {
        using var latin = new TemporaryFile("words.tsv", [.. "ham\tr"u8, 0xFC, .. "h\nspam\tyes\n"u8]);
        Assert.Contains("found bytes that are not UTF-8", Assert.Throws<DataException>(() => LabelWord.ReadFile(latin.Path)).Message);

        using var wide = new TemporaryFile(
            "words.tsv",
            [0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes("ham\tr\u00fch\nspam\tyes\n")]
        );
        Assert.Equal([new LabelWord("ham", " r\u00fch"), new LabelWord("spam", " yes")], LabelWord.ReadFile(wide.Path));
    }

    [Fact]
    public void A_file_that_is_missing_is_told() =>
        Assert.Contains("cannot be opened", Assert.Throws<DataException>(() => LabelWord.ReadFile("none.tsv")).Message);

    private static DataOptions Decide(DataOptions options, string table)
    {
        using var file = new TemporaryFile("rows.tsv", table);
        return OwnWords.Decide(options, DataFile.Read(file.Path, options));
    }
}
