namespace MobiZO.Checkpoints.Gguf;

/// <summary>Reads <c>tokenizer.*</c> of a GGUF file.</summary>
internal static class GgufTokenizerReader
{
    private const string Prefix = "tokenizer.ggml.";

    /// <summary>The tokenizer, or null when the file has none.</summary>
    public static GgufTokenizerMetadata? Read(GgufMetadata metadata)
    {
        if (metadata.OptionalTexts($"{Prefix}tokens") is not { } tokens)
        {
            return null;
        }

        int? Id(string name) => metadata.OptionalTokenId($"{Prefix}{name}_token_id", tokens.Length);
        return new GgufTokenizerMetadata
        {
            Model = metadata.Text($"{Prefix}model"),
            ModelName = metadata.OptionalText("general.name"),
            Pre = metadata.OptionalText($"{Prefix}pre"),
            Tokens = tokens,
            Scores = SameLength(metadata, "scores", metadata.OptionalFloats($"{Prefix}scores"), tokens.Length),
            TokenTypes = ReadTypes(metadata, tokens.Length),
            Merges = metadata.OptionalTexts($"{Prefix}merges"),
            BosId = Id("bos"),
            EosId = Id("eos"),
            EotId = Id("eot"),
            UnkId = Id("unknown"),
            PadId = Id("padding"),
            AddBos = metadata.OptionalFlag($"{Prefix}add_bos_token"),
            AddEos = metadata.OptionalFlag($"{Prefix}add_eos_token"),
            AddSpacePrefix = metadata.OptionalFlag($"{Prefix}add_space_prefix"),
        };
    }

    /// <summary>Texts of the special tokens under the names Hugging Face gives them.</summary>
    public static IReadOnlyDictionary<string, string> SpecialTokens(GgufTokenizerMetadata? tokenizer)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (tokenizer is not null)
        {
            (string Name, int? Id)[] ids =
            [
                ("bos_token", tokenizer.BosId),
                ("eos_token", tokenizer.EosId),
                ("unk_token", tokenizer.UnkId),
                ("pad_token", tokenizer.PadId),
            ];
            foreach ((string name, int? id) in ids)
            {
                if (id is { } index)
                {
                    texts[name] = tokenizer.Tokens[index];
                }
            }
        }

        return texts;
    }

    private static int[]? ReadTypes(GgufMetadata metadata, int count)
    {
        long[]? types = SameLength(metadata, "token_type", metadata.OptionalIntegers($"{Prefix}token_type"), count);
        if (types is not null && types.Any(type => type is < 0 or > int.MaxValue))
        {
            throw metadata.Bad($"{Prefix}token_type", "small whole numbers");
        }

        return types is null ? null : Array.ConvertAll(types, type => (int)type);
    }

    private static T[]? SameLength<T>(GgufMetadata metadata, string key, T[]? values, int count) =>
        values is null || values.Length == count
            ? values
            : throw metadata.Bad($"{Prefix}{key}", $"{count} values, one for each of tokenizer.ggml.tokens");
}
