using MobiZO.Text.Tokenizers.PreTokenizers;

namespace MobiZO.Text.Tokenizers.Gguf;

/// <summary>
/// The pre-tokenizers that GGUF files know by name. Names and expressions are those of llama.cpp (<c>llama-vocab.cpp</c>). Where that one
/// rewrote an expression for its own engine, the tokenizer's own stands here. Of expressions that find the same the commonest is taken:
/// other engines know that one by its text.
/// </summary>
internal static class GgufPreTokenizers
{
    private static readonly GgufPreTokenizer s_gpt2 = new() { Expressions = [ByteLevelPreTokenizer.Expression] };

    private static readonly GgufPreTokenizer s_digitsApart = new() { Expressions = [@"\p{N}", ByteLevelPreTokenizer.Expression] };

    private static readonly GgufPreTokenizer s_llama3 = new()
    {
        Expressions = [GgufExpressions.Llama3],
        IgnoreMerges = true,
        AddBos = true,
    };

    private static readonly GgufPreTokenizer s_threeDigits = new() { Expressions = [GgufExpressions.Llama3] };

    private static readonly GgufPreTokenizer s_qwen2 = new() { Expressions = [GgufExpressions.Qwen2], Composes = true };

    private static readonly GgufPreTokenizer s_oneDigit = new() { Expressions = [GgufExpressions.Qwen2] };

    private static readonly GgufPreTokenizer s_deepSeek3 = new() { Expressions = GgufExpressions.DeepSeek3 };

    private static readonly GgufPreTokenizer s_gpt4o = new() { Expressions = [GgufExpressions.Gpt4o] };

    private static readonly GgufPreTokenizer s_bloom = new() { Expressions = [GgufExpressions.Bloom] };

    private static readonly Dictionary<string, GgufPreTokenizer> s_known = Table([
        ("default", new() { Expressions = GgufExpressions.Default }),
        ("gpt-2 phi-2 gigachat a.x-4.0 mellum exaone4 jais trillion granite-docling", s_gpt2),
        // GPT-NeoX, and those who took its tokenizer.
        ("mpt olmo", s_gpt2 with { Composes = true }),
        ("starcoder refact smollm codeshell exaone minerva-7b mellum2", s_digitsApart),
        ("command-r", s_digitsApart with { Composes = true }),
        ("llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2", s_llama3),
        ("dbrx smaug-bpe glm4 chatglm-bpe", s_threeDigits),
        ("qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2", s_qwen2),
        ("hunyuan solar-open grok-2 bailingmoe bailingmoe2 llada-moe", s_oneDigit),
        ("qwen35", new() { Expressions = [GgufExpressions.Qwen35], Composes = true }),
        ("minicpm5", new() { Expressions = GgufExpressions.MiniCpm5, IgnoreMerges = true }),
        ("deepseek-llm", new() { Expressions = GgufExpressions.DeepSeek }),
        ("deepseek-coder", new() { Expressions = GgufExpressions.DeepSeekCoder }),
        ("deepseek-v3 hunyuan-dense joyai-llm", s_deepSeek3),
        ("falcon", new() { Expressions = GgufExpressions.Falcon }),
        (
            "tekken",
            new()
            {
                Expressions = [GgufExpressions.Tekken],
                IgnoreMerges = true,
                AddBos = true,
            }
        ),
        ("gpt-4o llama4 kanana2 talkie minimax-m2", s_gpt4o),
        ("tiny_aya cohere2moe", new() { Expressions = [@"\d{1,3}(?=(?:\d{3})*\b)", GgufExpressions.Gpt4o] }),
        ("bloom gpt3-finnish poro-chat", s_bloom),
        ("viking", new() { Expressions = [GgufExpressions.Bloom, @"\p{N}"] }),
        ("superbpe", new() { Expressions = [@"\p{N}+", @"(?=(\d{3})+(?!\d))"] }),
        ("seed-coder", new() { Expressions = [GgufExpressions.SeedCoder] }),
        ("exaone-moe", new() { Expressions = [GgufExpressions.ExaoneMoe] }),
        ("jais-2", new() { Expressions = [GgufExpressions.Jais2] }),
        ("youtu", new() { Expressions = GgufExpressions.Youtu, IgnoreMerges = true }),
        ("laguna", new() { Expressions = [@"[^\n]+|[\n]+", GgufExpressions.Qwen2] }),
    ]);

    /// <summary>The known names, for messages.</summary>
    public static string Names => string.Join(", ", s_known.Keys.Order(StringComparer.Ordinal));

    /// <summary>Every known name.</summary>
    public static IReadOnlyCollection<string> All => s_known.Keys;

    public static GgufPreTokenizer? Find(string name) => s_known.GetValueOrDefault(name);

    private static Dictionary<string, GgufPreTokenizer> Table(IEnumerable<(string Names, GgufPreTokenizer PreTokenizer)> rows) =>
        rows.SelectMany(row => row.Names.Split(' ').Select(name => (name, row.PreTokenizer)))
            .ToDictionary(entry => entry.name, entry => entry.PreTokenizer, StringComparer.Ordinal);
}
