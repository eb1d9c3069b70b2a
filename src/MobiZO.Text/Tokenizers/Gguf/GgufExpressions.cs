using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tokenizers.Gguf;

/// <summary>The regular expressions of the pre-tokenizers that GGUF files know by name.</summary>
internal static class GgufExpressions
{
    public const string Llama3 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string Qwen2 = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string Qwen35 =
        Contractions + @"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // Words of GPT-4o, which end before a change to upper case, with the contraction behind them.
    private const string CasedWords =
        @"[^\r\n\p{L}\p{N}]?"
        + Upper
        + "*"
        + Lower
        + "+"
        + Contractions
        + @"?|[^\r\n\p{L}\p{N}]?"
        + Upper
        + "+"
        + Lower
        + "*"
        + Contractions
        + "?";

    public const string Tekken =
        @"[^\r\n\p{L}\p{N}]?" + Upper + "*" + Lower + @"+|[^\r\n\p{L}\p{N}]?" + Upper + "+" + Lower + @"*|\p{N}" + SlashEnd;

    public const string Gpt4o = CasedWords + @"|\p{N}{1,3}" + SlashEnd;

    public const string Bloom = @" ?[^(\s|.,!?\u2026\u3002\uFF0C\u3001\u0964\u06D4\u060C)]+";

    public const string SeedCoder = Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+|\s*[\r\n]+|\s+(?!\S)|\s+";

    public const string ExaoneMoe =
        Contractions + @"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+";

    public const string Jais2 =
        Contractions
        + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)"
        + @"|\s{64}(?!\S)|\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s{1}";

    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]";
    private const string Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string SlashEnd = @"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The cased letters of Unicode, as the first tokenizers of DeepSeek list them.</summary>
    private const string CasedLetters =
        @"A-Za-z\u00B5\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u01BA\u01BC-\u01BF\u01C4-\u0293\u0295-\u02AF\u0370-\u0373\u0376\u0377\u037B-\u037D"
        + @"\u037F\u0386\u0388-\u038A\u038C\u038E-\u03A1\u03A3-\u03F5\u03F7-\u0481\u048A-\u052F\u0531-\u0556\u10A0-\u10C5\u13A0-\u13F5"
        + @"\u13F8-\u13FD\u1C90-\u1CBA\u1CBD-\u1CBF\u1D00-\u1D2B\u1D6B-\u1D77\u1D79-\u1D9A\u1E00-\u1F15\u1F18-\u1F1D\u1F20-\u1F45"
        + @"\u1F48-\u1F4D\u1F50-\u1F57\u1F59\u1F5B\u1F5D\u1F5F-\u1F7D\u1F80-\u1FB4\u1FB6-\u1FBC\u1FBE\u1FC2-\u1FC4\u1FC6-\u1FCC"
        + @"\u1FD0-\u1FD3\u1FD6-\u1FDB\u1FE0-\u1FEC\u1FF2-\u1FF4\u1FF6-\u1FFC\u2102\u2107\u210A-\u2113\u2115\u2119-\u211D\u2124\u2126\u2128"
        + @"\u212A-\u212D\u212F-\u2134\u2139\u213C-\u213F\u2145-\u2149\u214E\u2183\u2184\u2C00-\u2C7B\u2C7E-\u2CE4\u2CEB-\u2CEE\u2CF2\u2CF3"
        + @"\uA640-\uA66D\uA680-\uA69B\uA722-\uA76F\uA771-\uA787\uA78B-\uA78E\uAB70-\uABBF"
        + @"\uFB00-\uFB06\uFB13-\uFB17\uFF21-\uFF3A\uFF41-\uFF5A"
        + @"\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}"
        + @"\x{1E900}-\x{1E943}";

    private const string Chinese = @"[\u4E00-\u9FA5\u0800-\u4E00\uAC00-\uD7FF]+";

    public static IReadOnlyList<string> Default { get; } =
    [@"[\p{P}\$\+<=>\^~\|]+", ByteLevelPreTokenizer.Expression, @"\p{N}+", "[0-9][0-9][0-9]"];

    public static IReadOnlyList<string> Falcon { get; } = [@"[\p{P}\$\+<=>\^~\|`]+", ByteLevelPreTokenizer.Expression, "[0-9][0-9][0-9]"];

    public static IReadOnlyList<string> DeepSeek { get; } =
    [@"[\r\n]", $@"\s?[{CasedLetters}]+", @"\s?[!-/:-~\uFF01-\uFF0F\uFF1A-\uFF5E\u2018-\u201F\u3000-\u3002]+", @"\s+$", Chinese, @"\p{N}+"];

    public static IReadOnlyList<string> DeepSeekCoder { get; } = [@"[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", Chinese, @"\p{N}"];

    public static IReadOnlyList<string> DeepSeek3 { get; } =
    [
        @"\p{N}{1,3}",
        @"[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
        @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+"
            + @"|\s+(?!\S)|\s+",
    ];

    public static IReadOnlyList<string> MiniCpm5 { get; } =
    [@"\p{N}{1,3}", Contractions + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"];

    public static IReadOnlyList<string> Youtu { get; } =
    [
        @"[\uAC00-\uD7A3\u3131-\u318E]+|[\uFF01\u2026\u201C\u201D\u2018\u2019\u2014\uFF1A\uFF1B\uFF0C\u3001-\u303F\uFE30-\uFE4F]+"
            + @"|[\u3105-\u312F]+|[\u4E00-\u9FA5\u3040-\u309F\u30A0-\u30FF]+",
        CasedWords + @"|\p{N}" + SlashEnd,
    ];
}
