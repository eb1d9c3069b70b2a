using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads the <c>normalizer</c> of a tokenizer file.</summary>
internal static class NormalizerReader
{
    public static INormalizer Read(ConfigNode node) =>
        node.Type switch
        {
            "Sequence" => new NormalizerSequence([.. node.Items("normalizers").Select(Read)]),
            "Prepend" => new PrependNormalizer(node.Text("prepend")),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(node.Get("pattern")), node.Text("content")),
            "Strip" => new StripNormalizer(node.Flag("strip_left"), node.Flag("strip_right")),
            "Lowercase" => new LowercaseNormalizer(),
            "StripAccents" => new StripAccentsNormalizer(),
            "ByteLevel" => new ByteLevelNormalizer(),
            "NFC" => new UnicodeFormNormalizer(UnicodeForm.Nfc),
            "NFD" => new UnicodeFormNormalizer(UnicodeForm.Nfd),
            "NFKC" => new UnicodeFormNormalizer(UnicodeForm.Nfkc),
            "NFKD" => new UnicodeFormNormalizer(UnicodeForm.Nfkd),
            string type => throw node.Unsupported($"the normalizer {type}"),
        };
}
