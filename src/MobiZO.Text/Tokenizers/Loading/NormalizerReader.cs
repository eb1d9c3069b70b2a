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
            "StripAccents" => new CharacterNormalizer(CharacterChanges.WithoutMarks),
            "Nmt" => new CharacterNormalizer(CharacterChanges.Nmt),
            "BertNormalizer" => ReadBert(node),
            "Precompiled" => ReadPrecompiled(node),
            "ByteLevel" => new ByteLevelNormalizer(),
            "NFC" => new UnicodeFormNormalizer(UnicodeForm.Nfc),
            "NFD" => new UnicodeFormNormalizer(UnicodeForm.Nfd),
            "NFKC" => new UnicodeFormNormalizer(UnicodeForm.Nfkc),
            "NFKD" => new UnicodeFormNormalizer(UnicodeForm.Nfkd),
            string type => throw node.Unsupported($"the normalizer {type}"),
        };

    private static NormalizerSequence ReadBert(ConfigNode node)
    {
        var steps = new List<INormalizer>();
        if (node.Flag("clean_text"))
        {
            steps.Add(new CharacterNormalizer(CharacterChanges.Clean));
        }

        if (node.Flag("handle_chinese_chars"))
        {
            steps.Add(new ChineseSpacesNormalizer());
        }

        bool lowercase = node.Flag("lowercase");
        if (node.Flag("strip_accents", lowercase))
        {
            steps.Add(new UnicodeFormNormalizer(UnicodeForm.Nfd));
            steps.Add(new CharacterNormalizer(CharacterChanges.WithoutAccents));
        }

        if (lowercase)
        {
            steps.Add(new LowercaseNormalizer());
        }

        return new NormalizerSequence(steps);
    }

    private static PrecompiledNormalizer ReadPrecompiled(ConfigNode node)
    {
        ConfigNode map = node.Get("precompiled_charsmap");
        string text = map.AsText();
        byte[] content = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, content, out int length) && CharacterMap.Read(content[..length]) is { } rules
            ? new PrecompiledNormalizer(rules)
            : throw map.Broken("expected the rules of a SentencePiece model in base64, found something else or a part of them");
    }
}
