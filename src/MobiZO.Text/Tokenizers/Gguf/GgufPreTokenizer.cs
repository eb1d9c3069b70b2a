using MobiZO.Text.Tokenizers.Normalizers;
using MobiZO.Text.Tokenizers.Patterns;
using MobiZO.Text.Tokenizers.PreTokenizers;
using MobiZO.Text.Tokenizers.Unicode;

namespace MobiZO.Text.Tokenizers.Gguf;

/// <summary>A pre-tokenizer that GGUF files refer to by name (<c>tokenizer.ggml.pre</c>).</summary>
internal sealed record GgufPreTokenizer
{
    private const string LlamaWords =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private const string QwenWords =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly GgufPreTokenizer s_gpt2 = new() { Expressions = [ByteLevelPreTokenizer.Expression] };

    private static readonly GgufPreTokenizer s_llama3 = new()
    {
        Expressions = [LlamaWords],
        IgnoreMerges = true,
        AddBos = true,
    };

    // Llama 3's split alone.
    private static readonly GgufPreTokenizer s_llamaWords = new() { Expressions = [LlamaWords] };

    // Digits one by one, then GPT-2.
    private static readonly GgufPreTokenizer s_digits = new() { Expressions = [@"\p{N}", ByteLevelPreTokenizer.Expression] };

    private static readonly Dictionary<string, GgufPreTokenizer> s_known = new(StringComparer.Ordinal)
    {
        ["default"] = new() { Expressions = [@"[\p{P}\$\+<=>\^~\|]+", ByteLevelPreTokenizer.Expression, @"\p{N}+", "[0-9][0-9][0-9]"] },
        // OLMo 2.
        ["dbrx"] = s_llamaWords,
        ["gpt-2"] = s_gpt2,
        ["llama-bpe"] = s_llama3,
        ["llama-v3"] = s_llama3,
        ["llama3"] = s_llama3,
        // The original tokenizer composes characters first.
        ["qwen2"] = new() { Expressions = [QwenWords], Normalizer = new UnicodeFormNormalizer(UnicodeForm.Nfc) },
        // Granite.
        ["refact"] = s_digits,
        // SmolLM3.
        ["smaug-bpe"] = s_llamaWords,
        ["smollm"] = s_digits,
    };

    /// <summary>The known names, for messages.</summary>
    public static string Names => string.Join(", ", s_known.Keys.Order(StringComparer.Ordinal));

    /// <summary>Each splits what the one before it left; every match is a part of its own.</summary>
    public required IReadOnlyList<string> Expressions { get; init; }

    public bool IgnoreMerges { get; init; }

    /// <summary>Whether BOS is put in front when the file does not say.</summary>
    public bool AddBos { get; init; }

    public INormalizer? Normalizer { get; init; }

    public static GgufPreTokenizer? Find(string name) => s_known.GetValueOrDefault(name);

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
