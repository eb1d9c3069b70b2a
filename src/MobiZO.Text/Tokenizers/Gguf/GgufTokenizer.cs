using MobiZO.Text.Tokenizers.AddedTokens;
using MobiZO.Text.Tokenizers.Decoders;
using MobiZO.Text.Tokenizers.Models;
using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Patterns;
using MobiZO.Text.Tokenizers.PostProcessors;
using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tokenizers.Gguf;

/// <summary>Builds a tokenizer from GGUF metadata.</summary>
internal static class GgufTokenizer
{
    /// <summary>The kind of vocabulary with merges over the byte alphabet.</summary>
    public const string ByteLevel = "gpt2";

    /// <summary>The kind of vocabulary with scores.</summary>
    public const string SentencePiece = "llama";

    /// <summary>What stands for a space in a vocabulary with scores.</summary>
    public const string Space = "\u2581";

    private const int Unknown = 2;
    private const int Control = 3;
    private const int UserDefined = 4;

    // GGUF files do not say which tokens swallow the space behind them. llama.cpp knows it by the model's name, and so do we.
    private static readonly string[] s_swallowingModels = ["phi-3", "phi3"];
    private static readonly string[] s_keepingTokens = ["<unk>", "<s>", "<|endoftext|>"];

    public static PipelineTokenizer Build(GgufVocabulary vocabulary)
    {
        if (vocabulary.TokenTypes is { } types && types.Count != vocabulary.Tokens.Count)
        {
            throw Broken(vocabulary, "token_type", $"{vocabulary.Tokens.Count} entries, one a token", $"{types.Count}");
        }

        return vocabulary.Model switch
        {
            ByteLevel => new PipelineTokenizer(ByteLevelParts(vocabulary)),
            SentencePiece => new PipelineTokenizer(SentencePieceParts(WithDefaults(vocabulary))),
            string other => throw Broken(vocabulary, "model", "gpt2 or llama", $"'{other}', which is not supported"),
        };
    }

    private static TokenizerParts ByteLevelParts(GgufVocabulary vocabulary)
    {
        GgufPreTokenizer preTokenizer = PreTokenizer(vocabulary);
        Dictionary<string, int> ids = Ids(vocabulary);
        var merges = new MergeTable(vocabulary.Merges?.Count ?? 0);
        foreach ((int rank, (string left, string right)) in MergePairs(vocabulary, ids).Index())
        {
            merges.Set(ids[left], ids[right], new Merge(rank, ids[left + right]));
        }

        return new TokenizerParts
        {
            Model = new BytePairModel(ids, merges, new BytePairOptions { IgnoreMerges = preTokenizer.IgnoreMerges }),
            AddedTokens = AddedTokens(vocabulary),
            Normalizer = preTokenizer.Normalizer,
            PreTokenizer = preTokenizer.Build(),
            Decoder = new ByteLevelDecoder(),
            PostProcessor = PostProcessor(vocabulary),
        };
    }

    /// <summary>The pre-tokenizer of a "gpt2" vocabulary.</summary>
    public static GgufPreTokenizer PreTokenizer(GgufVocabulary vocabulary) =>
        GgufPreTokenizers.Find(vocabulary.Pre ?? "default")
        ?? throw Broken(vocabulary, "pre", $"one of {GgufPreTokenizers.Names}", $"'{vocabulary.Pre}', which is not supported");

    /// <summary>The merges of a "gpt2" vocabulary, best first.</summary>
    public static IEnumerable<(string Left, string Right)> MergePairs(GgufVocabulary vocabulary, Dictionary<string, int> ids)
    {
        IReadOnlyList<string> lines = vocabulary.Merges ?? throw Broken(vocabulary, "merges", "a list (the model is gpt2)", "nothing");
        for (int rank = 0; rank < lines.Count; rank++)
        {
            string line = lines[rank] ?? "";
            // The left side has at least one character, so a space in front belongs to it.
            int space = line.Length == 0 ? -1 : line.IndexOf(' ', 1);
            if (
                space < 0
                || !ids.ContainsKey(line[..space])
                || !ids.ContainsKey(line[(space + 1)..])
                || !ids.ContainsKey(line.Remove(space, 1))
            )
            {
                throw Broken(vocabulary, $"merges[{rank}]", "two tokens of the vocabulary whose union is one as well", $"'{line}'");
            }

            yield return (line[..space], line[(space + 1)..]);
        }
    }

    /// <summary>The ids that a "llama" vocabulary has where the file gives none, as in llama.cpp.</summary>
    public static GgufVocabulary WithDefaults(GgufVocabulary vocabulary)
    {
        int? Default(int? given, int id) => given ?? (id < vocabulary.Tokens.Count ? id : null);
        return vocabulary with
        {
            UnkId = Default(vocabulary.UnkId, 0),
            BosId = Default(vocabulary.BosId, 1),
            EosId = Default(vocabulary.EosId, 2),
        };
    }

    private static TokenizerParts SentencePieceParts(GgufVocabulary vocabulary)
    {
        bool addSpace = vocabulary.AddSpacePrefix ?? true;
        Dictionary<string, int> ids = Ids(vocabulary);
        if (vocabulary.UnkId is { } unknown && (unknown < 0 || unknown >= vocabulary.Tokens.Count))
        {
            throw Broken(vocabulary, "unknown_token_id", $"an id below {vocabulary.Tokens.Count}", $"{unknown}");
        }

        var normalizers = new List<INormalizer>();
        if (vocabulary.RemoveExtraWhitespaces)
        {
            normalizers.Add(new ExtraSpacesNormalizer());
        }

        if (addSpace)
        {
            normalizers.Add(new PrependNormalizer(Space));
        }

        normalizers.Add(new ReplaceNormalizer(new LiteralPattern(" "), Space));
        var decoders = new List<IDecoder>
        {
            new ReplaceDecoder(new LiteralPattern(Space), " "),
            new ByteFallbackDecoder(spoilsRun: false),
            new FuseDecoder(),
        };
        if (addSpace)
        {
            decoders.Add(new StripDecoder(new System.Text.Rune(' '), 1, 0));
        }

        return new TokenizerParts
        {
            Model = new BytePairModel(
                ids,
                MergesFromScores(vocabulary, ids),
                new BytePairOptions
                {
                    UnknownId = vocabulary.UnkId,
                    FuseUnknown = true,
                    ByteFallback = true,
                }
            ),
            AddedTokens = AddedTokens(vocabulary),
            Normalizer = new NormalizerSequence(normalizers),
            Decoder = new DecoderSequence(decoders),
            PostProcessor = PostProcessor(vocabulary),
        };
    }

    /// <summary>Any two neighbours whose union is a token may merge, the union with the highest score first.</summary>
    public static MergeTable MergesFromScores(GgufVocabulary vocabulary, Dictionary<string, int> ids)
    {
        IReadOnlyList<float> scores = vocabulary.Scores ?? throw Broken(vocabulary, "scores", "a list (the model is llama)", "nothing");
        if (scores.Count != vocabulary.Tokens.Count)
        {
            throw Broken(vocabulary, "scores", $"{vocabulary.Tokens.Count} entries, one a token", $"{scores.Count}");
        }

        var merges = new MergeTable(vocabulary.Tokens.Count);
        float[] descending = [.. scores.Distinct().OrderDescending()];
        Dictionary<float, int> ranks = descending
            .Select((score, rank) => (score, rank))
            .ToDictionary(entry => entry.score, entry => entry.rank);
        foreach ((string token, int id) in ids)
        {
            for (int cut = 1; cut < token.Length; cut++)
            {
                if (ids.TryGetValue(token[..cut], out int left) && ids.TryGetValue(token[cut..], out int right))
                {
                    merges.Set(left, right, new Merge(ranks[scores[id]], id));
                }
            }
        }

        return merges;
    }

    /// <summary>Every spelling with its id.</summary>
    public static Dictionary<string, int> Ids(GgufVocabulary vocabulary)
    {
        var ids = new Dictionary<string, int>(vocabulary.Tokens.Count, StringComparer.Ordinal);
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            // Of two tokens spelled alike the first is the one the text finds.
            ids.TryAdd(vocabulary.Tokens[id] ?? throw Broken(vocabulary, $"tokens[{id}]", "a string", "nothing"), id);
        }

        return ids;
    }

    /// <summary>The tokens that are looked for in the text.</summary>
    public static List<AddedToken> AddedTokens(GgufVocabulary vocabulary)
    {
        var tokens = new List<AddedToken>();
        bool swallowsSpace =
            vocabulary.ModelName is { } name && s_swallowingModels.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
        for (int id = 0; id < vocabulary.Tokens.Count; id++)
        {
            int? type = TypeOf(vocabulary, id);
            if (type is Unknown or Control or UserDefined)
            {
                tokens.Add(
                    new AddedToken
                    {
                        Id = id,
                        Content = vocabulary.Tokens[id],
                        Special = type != UserDefined,
                        StripRight = swallowsSpace && !s_keepingTokens.Contains(vocabulary.Tokens[id]),
                    }
                );
            }
        }

        return tokens;
    }

    private static int? TypeOf(GgufVocabulary vocabulary, int id) =>
        GgufEndings.AreControl(vocabulary.Tokens[id]) ? Control : vocabulary.TokenTypes?[id];

    /// <summary>The tokens before and behind a text.</summary>
    public static (ProcessedToken[] Before, ProcessedToken[] After) Ends(GgufVocabulary vocabulary)
    {
        bool addBos = vocabulary.AddBos ?? (vocabulary.Model == SentencePiece || PreTokenizer(vocabulary).AddBos);
        if (vocabulary.AddBos == true && vocabulary.BosId is null)
        {
            throw Broken(vocabulary, "bos_token_id", "an id (add_bos_token is set)", "nothing");
        }

        return (
            addBos && vocabulary.BosId is not null ? [End(vocabulary, "bos_token_id", vocabulary.BosId)] : [],
            vocabulary.AddEos == true ? [End(vocabulary, "eos_token_id", vocabulary.EosId)] : []
        );
    }

    private static TemplateProcessor? PostProcessor(GgufVocabulary vocabulary)
    {
        (ProcessedToken[] before, ProcessedToken[] after) = Ends(vocabulary);
        return before.Length + after.Length == 0 ? null : new TemplateProcessor(before, after);
    }

    private static ProcessedToken End(GgufVocabulary vocabulary, string key, int? id) =>
        id is { } value && value >= 0 && value < vocabulary.Tokens.Count
            ? new ProcessedToken(value, vocabulary.Tokens[value], 0, 0)
            : throw Broken(vocabulary, key, $"an id below {vocabulary.Tokens.Count}", id is null ? "nothing" : $"{id}");

    private static TokenizerException Broken(GgufVocabulary vocabulary, string key, string expected, string found) =>
        new(
            $"{vocabulary.Source}: tokenizer.ggml.{key}: expected {expected}, found {found}. "
                + "Use a GGUF file converted by llama.cpp, or the model's tokenizer.json."
        );
}
