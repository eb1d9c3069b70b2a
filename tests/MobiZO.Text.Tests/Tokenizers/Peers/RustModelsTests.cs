using System.Text.RegularExpressions;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>
/// Word-level, WordPiece and unigram models, with the parts that their tokenizers have around them, against the Hugging Face tokenizers
/// library. The vocabularies are made of pieces of other texts of the same kind.
/// </summary>
public sealed partial class RustModelsTests
{
    private const int Texts = 10_000;
    private const string Bert =
        """{ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true }""";
    private const string Spaces = """{ "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true }""";
    private const string Joined = """{ "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": false }""";

    private static readonly string[] s_specials = ["[UNK]", "<unk>", "##", "\u2581\u2581"];
    private static readonly Lazy<string[]> s_texts = new(() => FuzzedTexts.Make(seed: 11, count: Texts, s_specials));
    private static readonly Lazy<string[]> s_others = new(() => FuzzedTexts.Make(seed: 12, count: 3_000, s_specials));
    private static readonly Lazy<string[]> s_pieces = new(() =>
        PeerVocabularies.Pieces(s_others.Value.Concat(s_others.Value.Select(text => text.Replace(' ', '\u2581').ToLowerInvariant())))
    );

    [PeerTheory]
    [InlineData(null, """{ "type": "Whitespace" }""")]
    [InlineData(null, """{ "type": "WhitespaceSplit" }""")]
    [InlineData("""{ "type": "Lowercase" }""", """{ "type": "Punctuation", "behavior": "Contiguous" }""")]
    [InlineData(Bert, """{ "type": "BertPreTokenizer" }""")]
    [InlineData("""{ "type": "Nmt" }""", """{ "type": "UnicodeScripts" }""")]
    public void Word_level(string? normalizer, string preTokenizer)
    {
        IEnumerable<string> words = s_others.Value.SelectMany(text =>
            Words().Matches(text + " " + text.ToLowerInvariant()).Select(match => match.Value)
        );
        PeerFiles.Check(PeerFiles.With(PeerVocabularies.WordLevel(words.Concat(s_pieces.Value)), normalizer, preTokenizer), s_texts.Value);
    }

    [PeerTheory]
    [InlineData(Bert, """{ "type": "BertPreTokenizer" }""", "##", 100)]
    [InlineData(Bert, """{ "type": "BertPreTokenizer" }""", "##", 4)]
    [InlineData(null, """{ "type": "WhitespaceSplit" }""", "", 100)]
    [InlineData("""{ "type": "NFKC" }""", """{ "type": "Whitespace" }""", "\u2581", 40)]
    public void Word_piece(string? normalizer, string preTokenizer, string prefix, int maximum) =>
        PeerFiles.Check(
            PeerFiles.With(PeerVocabularies.WordPiece(s_pieces.Value, prefix, maximum), normalizer, preTokenizer),
            s_texts.Value
        );

    [PeerTheory]
    [InlineData(null, Spaces, false)]
    [InlineData(null, Spaces, true)]
    [InlineData("""{ "type": "NFKC" }""", Joined, true)]
    [InlineData("""{ "type": "Nmt" }""", null, false)]
    [InlineData(null, """{ "type": "UnicodeScripts" }""", false)]
    public void Unigram(string? normalizer, string? preTokenizer, bool byteFallback) =>
        PeerFiles.Check(PeerFiles.With(PeerVocabularies.Unigram(s_pieces.Value, byteFallback), normalizer, preTokenizer), s_texts.Value);

    [GeneratedRegex(@"\w+|[^\w\s]+")]
    private static partial Regex Words();
}
