using System.Text.Json;
using MobiZO.Text.Tokenizers.AddedTokens;
using MobiZO.Text.Tokenizers.Decoders;
using MobiZO.Text.Tokenizers.Models;

namespace MobiZO.Text.Tokenizers.Loading;

/// <summary>Reads a <c>tokenizer.json</c>.</summary>
internal static class TokenizerJson
{
    /// <summary>Builds the tokenizer that the file describes.</summary>
    /// <param name="file">What error messages call the file.</param>
    /// <param name="content">Its bytes: UTF-8, with or without a byte order mark.</param>
    public static PipelineTokenizer Read(string file, byte[] content)
    {
        ReadOnlyMemory<byte> json = content.AsSpan().StartsWith("\uFEFF"u8) ? content.AsMemory(3) : content;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Build(ConfigNode.Root(file, document.RootElement));
        }
        catch (InvalidOperationException problem)
        {
            // Bytes that are not UTF-8, or half of a surrogate pair: they parse, but fail when they are read.
            throw new TokenizerException(
                $"{file}: a text cannot be read: {problem.Message} Check that the file was downloaded completely.",
                problem
            );
        }
        catch (JsonException problem)
        {
            throw new TokenizerException(
                $"{file}: line {problem.LineNumber + 1}: not valid JSON: {Problem(problem)} Check that the file was downloaded completely.",
                problem
            );
        }
    }

    /// <summary>The parser's own words speak of its buffers where a text is empty or cut off.</summary>
    private static string Problem(JsonException problem) =>
        problem.Message.Contains("isFinalBlock", StringComparison.Ordinal)
            ? "it is empty, or ends before its JSON does."
            : problem.Message.Split(" LineNumber:")[0];

    private static PipelineTokenizer Build(ConfigNode root)
    {
        ITokenModel model = ModelReader.Read(root.Get("model"));
        List<AddedToken> addedTokens = ReadAddedTokens(root, model);
        var postProcessors = new PostProcessorReader(
            (spelling, id) =>
                (model.Vocabulary.TryGetValue(spelling, out int known) && known == id) || addedTokens.Exists(token => token.Id == id)
        );
        return new PipelineTokenizer(
            new TokenizerParts
            {
                Model = model,
                AddedTokens = addedTokens,
                Decoder = root.Find("decoder") is { } decoder ? DecoderReader.Read(decoder) : new SpaceJoinDecoder(),
                Normalizer = root.Find("normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null,
                PreTokenizer = root.Find("pre_tokenizer") is { } preTokenizer ? PreTokenizerReader.Read(preTokenizer) : null,
                PostProcessor = root.Find("post_processor") is { } postProcessor ? postProcessors.Read(postProcessor) : null,
            }
        );
    }

    private static List<AddedToken> ReadAddedTokens(ConfigNode root, ITokenModel model)
    {
        var tokens = new List<AddedToken>();
        if (root.Find("added_tokens") is not { } list)
        {
            return tokens;
        }

        foreach (ConfigNode node in list.AsItems())
        {
            bool special = node.Flag("special", false);
            var token = new AddedToken
            {
                Id = node.Number("id"),
                Content = node.Text("content"),
                Special = special,
                SingleWord = node.Flag("single_word", false),
                StripLeft = node.Flag("lstrip", false),
                StripRight = node.Flag("rstrip", false),
                Normalized = node.Flag("normalized", !special),
            };
            if (token.Id < 0 || token.Id > ModelReader.LargestId)
            {
                throw node.Broken($"the id {token.Id} is not between 0 and {ModelReader.LargestId}");
            }

            if (model.Vocabulary.TryGetValue(token.Content, out int known) && known != token.Id)
            {
                throw node.Broken($"the added token '{token.Content}' has the id {token.Id}, but {known} in the vocabulary");
            }

            tokens.Add(token);
        }

        return tokens;
    }
}
