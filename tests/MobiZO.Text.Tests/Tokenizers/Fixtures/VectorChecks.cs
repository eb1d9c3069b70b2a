namespace MobiZO.Text.Tests.Tokenizers.Fixtures;

/// <summary>What each kind of vector says about a tokenizer; every check returns the difference, or null.</summary>
internal static class VectorChecks
{
    public static string? Encoding(ITokenizer tokenizer, Vector vector)
    {
        string text = vector.Text("text");
        Encoding encoding = tokenizer.Encode(text, vector.Flag("add_special_tokens"));
        return Vector.Difference("ids", vector.Ids(), encoding.Ids)
            ?? (vector.Has("offsets") ? Vector.Difference("offsets", vector.Offsets(text), encoding.Offsets) : null)
            ?? Decoding(tokenizer, vector);
    }

    public static string? Decoding(ITokenizer tokenizer, Vector vector) =>
        Vector.Difference("decoded", vector.Text("decoded"), tokenizer.Decode(vector.Ids(), skipSpecialTokens: false))
        ?? Vector.Difference("skipped", vector.Text("decoded_skip_special"), tokenizer.Decode(vector.Ids()));

    public static void SameVocabulary(ITokenizer expected, ITokenizer found)
    {
        Assert.Equal(expected.VocabularySize, found.VocabularySize);
        for (int id = 0; id < expected.VocabularySize; id++)
        {
            Assert.Equal(expected.IdToToken(id), found.IdToToken(id));
            Assert.Equal(expected.IsSpecial(id), found.IsSpecial(id));
        }
    }

    public static string? Boundary(ITokenizer tokenizer, Vector vector)
    {
        string prompt = vector.Text("prompt");
        string whole = prompt + vector.Text("answer");
        bool special = vector.Flag("add_special_tokens");
        Encoding encoding = tokenizer.Encode(whole, special);
        int? first = AnswerBoundary.FirstAnswerToken(encoding, prompt.Length);
        bool crosses = first is { } token && encoding.Offsets[token].Start < prompt.Length;
        return Vector.Difference("ids", vector.Ids(), encoding.Ids)
            ?? Vector.Difference("offsets", vector.Offsets(whole), encoding.Offsets)
            ?? Vector.Difference("first", vector.Number("first_answer_token"), first)
            ?? Vector.Difference("crosses", vector.Has("crosses_border") && vector.Flag("crosses_border"), crosses)
            ?? Vector.Difference("prompt", vector.Ids("prompt_ids"), tokenizer.Encode(prompt, special).Ids);
    }

    /// <summary>What was shown never shrinks by construction: the decoder only ever adds.</summary>
    public static string? Stream(ITokenizer tokenizer, Vector vector)
    {
        StreamingDecoder decoder = tokenizer.CreateStreamingDecoder(vector.Flag("skip_special_tokens"));
        var shown = new List<string>();
        string text = "";
        foreach (int id in vector.Ids())
        {
            text += decoder.Add(id);
            shown.Add(text);
        }

        text += decoder.Finish();
        // Where the reference itself takes back what it had shown no exact text is asked for.
        return vector.Flag("final_extends_stable")
            ? Vector.Difference("stable", vector.Texts("stable"), [.. shown]) ?? Vector.Difference("final", vector.Text("final"), text)
            : null;
    }
}
