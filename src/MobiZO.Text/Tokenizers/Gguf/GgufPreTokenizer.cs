using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Patterns;
using MobiZO.Text.Tokenizers.PreTokenizers;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Gguf;

/// <summary>A pre-tokenizer that GGUF files refer to by name (<c>tokenizer.ggml.pre</c>).</summary>
internal sealed record GgufPreTokenizer
{
    /// <summary>Each splits what the one before it left; every match is a part of its own.</summary>
    public required IReadOnlyList<string> Expressions { get; init; }

    /// <summary>Whether a word that is a token is taken as it is.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Whether BOS is put in front when the file does not say.</summary>
    public bool AddBos { get; init; }

    /// <summary>Whether the original tokenizer composes characters first.</summary>
    public bool Composes { get; init; }

    public INormalizer? Normalizer => Composes ? new UnicodeFormNormalizer(UnicodeForm.Nfc) : null;

    public IPreTokenizer Build()
    {
        IEnumerable<IPreTokenizer> splits = Expressions.Select(expression => new PatternSplit(
            new RegularExpression(expression),
            SplitBehavior.Isolated,
            invert: false
        ));
        return new PreTokenizerSequence([.. splits, new ByteLevelPreTokenizer(addPrefixSpace: false, useExpression: false)]);
    }
}
