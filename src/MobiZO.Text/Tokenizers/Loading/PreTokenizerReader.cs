using System.Text;
using MobiZO.Text.Tokenizers.Patterns;
using MobiZO.Text.Tokenizers.PreTokenizers;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer file.</summary>
internal static class PreTokenizerReader
{
    private static readonly PatternSplit s_words = new(
        new CodePointPattern(UnicodeClass.IsWhiteSpace),
        SplitBehavior.Removed,
        invert: false
    );

    private static readonly PatternSplit s_punctuation = new(
        new CodePointPattern(UnicodeClass.IsPunctuation),
        SplitBehavior.Isolated,
        invert: false
    );

    public static IPreTokenizer Read(ConfigNode node) =>
        node.Type switch
        {
            "Sequence" => new PreTokenizerSequence([.. node.Items("pretokenizers").Select(Read)]),
            "ByteLevel" => new ByteLevelPreTokenizer(node.Flag("add_prefix_space", true), node.Flag("use_regex", true)),
            "Digits" => new PatternSplit(
                new CodePointPattern(UnicodeClass.IsNumeric),
                node.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
                invert: false
            ),
            "Split" => new PatternSplit(PatternReader.Read(node.Get("pattern")), ReadBehavior(node), node.Flag("invert", false)),
            "Punctuation" => new PatternSplit(new CodePointPattern(UnicodeClass.IsPunctuation), ReadBehavior(node), invert: false),
            "BertPreTokenizer" => new PreTokenizerSequence([s_words, s_punctuation]),
            "UnicodeScripts" => new ScriptPreTokenizer(),
            "Whitespace" => new PatternSplit(new WordRunPattern(), SplitBehavior.Removed, invert: true),
            "WhitespaceSplit" => s_words,
            "CharDelimiterSplit" => new PatternSplit(
                new LiteralPattern(ReadCharacter(node, "delimiter").ToString()),
                SplitBehavior.Removed,
                invert: false
            ),
            "FixedLength" => ReadFixedLength(node),
            "Metaspace" => ReadMetaspace(node),
            string type => throw node.Unsupported($"the pre-tokenizer {type}"),
        };

    /// <summary>Reads the space character and the scheme of a Metaspace, which its decoder has as well.</summary>
    public static (string Replacement, PrependScheme Scheme) ReadMetaspaceOptions(ConfigNode node)
    {
        bool addPrefixSpace = node.Flag("add_prefix_space", true);
        PrependScheme scheme = node.Text("prepend_scheme", addPrefixSpace ? "always" : "never") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            string other => throw node.Broken($"expected prepend_scheme always, first or never, found '{other}'"),
        };
        if (!addPrefixSpace && scheme != PrependScheme.Never)
        {
            throw node.Broken("add_prefix_space is false, but prepend_scheme is not never");
        }

        return (ReadCharacter(node, "replacement").ToString(), scheme);
    }

    /// <summary>Reads a string that must be one code point.</summary>
    public static Rune ReadCharacter(ConfigNode node, string key)
    {
        string text = node.Text(key);
        return Rune.TryGetRuneAt(text.Length == 0 ? "\uD800" : text, 0, out Rune rune) && rune.Utf16SequenceLength == text.Length
            ? rune
            : throw node.Broken($"expected one character in '{key}', found '{text}'");
    }

    private static MetaspacePreTokenizer ReadMetaspace(ConfigNode node)
    {
        (string replacement, PrependScheme scheme) = ReadMetaspaceOptions(node);
        return new MetaspacePreTokenizer(replacement, scheme, node.Flag("split", true));
    }

    private static FixedLengthPreTokenizer ReadFixedLength(ConfigNode node)
    {
        int length = node.Number("length");
        return length > 0 ? new FixedLengthPreTokenizer(length) : throw node.Broken($"expected a length above 0, found {length}");
    }

    private static SplitBehavior ReadBehavior(ConfigNode node) =>
        node.Text("behavior", "Isolated") switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            string other => throw node.Broken($"expected a known split behavior, found '{other}'"),
        };
}
