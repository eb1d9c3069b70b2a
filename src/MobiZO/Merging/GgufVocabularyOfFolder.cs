using System.Globalization;
using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Models;
using MobiZO.Text.Tokenizers;

namespace MobiZO.Merging;

/// <summary>
/// The tokenizer of a Hugging Face folder as GGUF metadata. A pre-tokenizer is named there, not written: the first known one whose tokens
/// are those of the folder's tokenizer, on texts that tell them apart, is taken.
/// </summary>
internal sealed class GgufVocabularyOfFolder
{
    private const string Prefix = "tokenizer.ggml.";
    private const int Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
        Unused = 5,
        Byte = 6;

    // Names that published files of several families have, before others of the same meaning.
    private static readonly string[] s_usual = ["smollm", "gpt-2", "llama-bpe", "qwen2", "starcoder", "olmo", "default"];

    private static readonly string[] s_texts =
    [
        "Hello, world! It's 2024; you've paid $1,234,567.89 (or 0x1F) -- haven't you?",
        "  leading, trailing and    many   spaces  ",
        "tabs\tand\n\nnew lines\r\n\r\n  \n indented\n\ttwice",
        "CamelCaseWords snake_case_words http://example.org/a?b=c&d=e#f user@example.org",
        "don't DON'T we'll WE'LL I'm I'd they're 'quoted' \u2019curly\u2019",
        "caf\u00e9 na\u00efve \u00fcber stra\u00dfe \u0130stanbul e\u0301 \u00bd \u2460 \u0661\u0662\u0663 \u096a\u096b",
        "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u3053\u3093\u306b\u3061\u306f \ud55c\uad6d\uc5b4",
        "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
        "\ud83d\ude00\ud83d\udc4d\ud83c\udffd \u2026 \u2014 \u00ab\u00bb \u20ac\u00a3 \u00a9\u00ae",
        "1 12 123 1234 12345 a1b22c333 3.14159 1e-9",
        "!!! ??? ... ;;; ::: /// \\\\ [[ ]] {{ }} << >> == != <= >=",
        "def f(x):\n    return [i ** 2 for i in range(x) if i % 2 == 0]  # comment\n",
    ];

    private readonly Checkpoint _model;
    private readonly ITokenizer _tokenizer;

    /// <param name="model">The folder.</param>
    public GgufVocabularyOfFolder(Checkpoint model) => (_model, _tokenizer) = (model, LocalModel.OpenTokenizer(model));

    /// <summary>The pairs of the vocabulary.</summary>
    /// <exception cref="CheckpointException">Such files have no form for the tokenizer.</exception>
    public IEnumerable<(string Key, object Value)> Metadata
    {
        get
        {
            var found = Find();
            yield return (Prefix + "model", found.Model);
            yield return (Prefix + "pre", found.Pre ?? "default");
            yield return (Prefix + "tokens", found.Tokens);
            yield return (Prefix + "token_type", found.TokenTypes!);
            if (found.Scores is { } scores)
            {
                yield return (Prefix + "scores", scores);
            }

            if (found.Merges is { } merges)
            {
                yield return (Prefix + "merges", merges);
            }

            foreach (var (key, id) in Ids(found))
            {
                yield return ($"{Prefix}{key}_token_id", (uint)id);
            }

            yield return (Prefix + "add_bos_token", found.AddBos!.Value);
            yield return (Prefix + "add_eos_token", found.AddEos!.Value);
            if (found.AddSpacePrefix is { } space)
            {
                yield return (Prefix + "add_space_prefix", space);
            }

            if (_model.ChatTemplate is { } template)
            {
                yield return ("tokenizer.chat_template", template);
            }
        }
    }

    private IEnumerable<(string Key, int Id)> Ids(GgufVocabulary vocabulary)
    {
        (string Key, int? Id)[] ids =
        [
            ("bos", vocabulary.BosId),
            ("eos", vocabulary.EosId),
            ("unknown", vocabulary.UnkId),
            ("padding", IdOf("pad_token")),
        ];
        return ids.Where(pair => pair.Id is not null).Select(pair => (pair.Key, pair.Id!.Value));
    }

    private GgufVocabulary Find()
    {
        var file = _model.TokenizerFile ?? throw new CheckpointException($"{_model.Path}: expected a tokenizer.json, found none.");
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        var model = json.RootElement.GetProperty("model");
        if (!model.TryGetProperty("type", out var type) || type.GetString() != "BPE")
        {
            var name = type.ValueKind == JsonValueKind.String ? type.GetString() : "not named";
            throw Refuse($"its model is {name}, and BPE alone is written");
        }

        var isByteFallback = model.TryGetProperty("byte_fallback", out var fallback) && fallback.ValueKind == JsonValueKind.True;
        var vocabulary = Plain(json.RootElement, model, isByteFallback);
        var candidates = isByteFallback
            ? new[] { true, false }.Select(space => vocabulary with { AddSpacePrefix = space })
            : s_usual
                .Concat(Tokenizer.GgufPreTokenizerNames.Order(StringComparer.Ordinal))
                .Distinct()
                .Select(name => vocabulary with { Pre = name });
        return candidates.FirstOrDefault(IsSame) ?? throw Refuse("no pre-tokenizer that GGUF files can name makes the same tokens");
    }

    private GgufVocabulary Plain(JsonElement root, JsonElement model, bool isByteFallback)
    {
        var count = _model.Config.VocabularySize;
        var (tokens, types) = (new string?[count], new int[count]);
        foreach (var entry in model.GetProperty("vocab").EnumerateObject().Where(entry => entry.Value.GetInt32() < count))
        {
            (tokens[entry.Value.GetInt32()], types[entry.Value.GetInt32()]) = (entry.Name, Normal);
        }

        var hasAdded = root.TryGetProperty("added_tokens", out var list) && list.ValueKind == JsonValueKind.Array;
        IEnumerable<JsonElement> added = hasAdded ? list.EnumerateArray() : [];
        foreach (var token in added.Where(token => token.GetProperty("id").GetInt32() < count))
        {
            var id = token.GetProperty("id").GetInt32();
            tokens[id] = token.GetProperty("content").GetString();
            types[id] = token.GetProperty("special").GetBoolean() ? Control : UserDefined;
        }

        var unknown = model.TryGetProperty("unk_token", out var text) ? Array.IndexOf(tokens, text.GetString()) : -1;
        for (var id = 0; id < count; id++)
        {
            if (tokens[id] is null)
            {
                (tokens[id], types[id]) = (string.Create(CultureInfo.InvariantCulture, $"[PAD{id}]"), Unused);
            }
            else if (isByteFallback && tokens[id] is ['<', '0', 'x', _, _, '>'])
            {
                types[id] = Byte;
            }
        }

        if (unknown >= 0 && isByteFallback)
        {
            types[unknown] = Unknown;
        }

        string[] merges = [.. model.GetProperty("merges").EnumerateArray().Select(Merge)];
        var bos = _model.Config.BosTokenId ?? IdOf("bos_token");
        var eos = IdOf("eos_token") ?? _model.Config.EosTokenIds.Cast<int?>().FirstOrDefault();
        var ends = _tokenizer.Encode("a").Ids;
        return new GgufVocabulary
        {
            Model = isByteFallback ? "llama" : "gpt2",
            Tokens = tokens!,
            TokenTypes = types,
            Merges = isByteFallback ? null : merges,
            Scores = isByteFallback ? Scores(tokens!, merges) : null,
            BosId = bos,
            EosId = eos,
            UnkId = unknown >= 0 ? unknown : null,
            AddBos = bos is { } first && ends.Length > 1 && ends[0] == first,
            AddEos = eos is { } last && ends.Length > 1 && ends[^1] == last,
        };
    }

    private static string Merge(JsonElement merge) =>
        merge.ValueKind == JsonValueKind.String ? merge.GetString()! : $"{merge[0].GetString()} {merge[1].GetString()}";

    /// <summary>Any two neighbours whose union is a token may merge there, those of the highest score first: the earliest merge.</summary>
    private static float[] Scores(string[] tokens, string[] merges)
    {
        var ranks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (rank, merge) in merges.Index())
        {
            ranks.TryAdd(merge.Remove(merge.IndexOf(' ', 1), 1), rank);
        }

        return [.. tokens.Select((token, id) => -(float)(ranks.TryGetValue(token, out var rank) ? rank : merges.Length + id))];
    }

    private bool IsSame(GgufVocabulary candidate)
    {
        var other = Tokenizer.FromGguf(candidate);
        return s_texts.All(text => _tokenizer.Encode(text).Ids.SequenceEqual(other.Encode(text).Ids));
    }

    private int? IdOf(string name) =>
        _model.SpecialTokens.GetValueOrDefault(name) is { } text
        && _tokenizer.TokenToId(text) is { } id
        && id < _model.Config.VocabularySize
            ? id
            : null;

    private CheckpointException Refuse(string why) => new($"{_model.TokenizerFile}: this tokenizer has no form in GGUF files: {why}.");
}
