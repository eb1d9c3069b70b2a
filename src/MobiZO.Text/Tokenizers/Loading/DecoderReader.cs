using MobiZO.Text.Tokenizers.Decoders;
using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads the <c>decoder</c> of a tokenizer file.</summary>
internal static class DecoderReader
{
    public static IDecoder Read(ConfigNode node)
    {
        switch (node.Type)
        {
            case "Sequence":
                return new DecoderSequence([.. node.Items("decoders").Select(Read)]);
            case "ByteLevel":
                return new ByteLevelDecoder();
            case "ByteFallback":
                return new ByteFallbackDecoder(spoilsRun: true);
            case "Fuse":
                return new FuseDecoder();
            case "Strip":
                return new StripDecoder(PreTokenizerReader.ReadCharacter(node, "content"), node.Number("start"), node.Number("stop"));
            case "Replace":
                return new ReplaceDecoder(PatternReader.Read(node.Get("pattern")), node.Text("content"));
            case "BPEDecoder":
                return new EndOfWordDecoder(node.Text("suffix"));
            case "WordPiece":
                return new WordPieceDecoder(node.Text("prefix"), node.Flag("cleanup"));
            case "CTC":
                return new CtcDecoder(ReadPart(node, "pad_token"), ReadPart(node, "word_delimiter_token"), node.Flag("cleanup"));
            case "Metaspace":
                (string replacement, PrependScheme scheme) = PreTokenizerReader.ReadMetaspaceOptions(node);
                return new MetaspaceDecoder(replacement, dropInFirst: scheme != PrependScheme.Never);
            default:
                throw node.Unsupported($"the decoder {node.Type}");
        }
    }

    private static string ReadPart(ConfigNode node, string key)
    {
        string text = node.Text(key);
        return text.Length > 0 ? text : throw node.Broken($"expected at least one character in '{key}', found none");
    }
}
