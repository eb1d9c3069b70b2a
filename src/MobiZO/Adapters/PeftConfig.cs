using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Adapters;

/// <summary>
/// What matters in an <c>adapter_config.json</c>; anything that would change the computation and is not supported is refused by its key.
/// </summary>
internal sealed class PeftConfig
{
    // Ways to start the training that leave the base model as it is. Others (pissa, olora, corda, loftq, lora_ga) change its weights.
    private static readonly string[] s_plainInitialisations = ["gaussian", "eva", "orthogonal"];

    // Absent, null, false, and an empty list or object all mean that the feature is off.
    private static readonly (string Key, string Reason)[] s_mustBeOff =
    [
        ("use_dora", "DoRA is not supported"),
        ("use_qalora", "QA-LoRA is not supported"),
        ("use_bdlora", "block-diagonal LoRA is not supported"),
        ("lora_bias", "biases inside the adapter are not supported"),
        ("modules_to_save", "fully trained modules are not supported"),
        ("trainable_token_indices", "trained token embeddings are not supported"),
        ("target_parameters", "adapters on bare parameters are not supported"),
        ("layer_replication", "replicated layers are not supported"),
        ("arrow_config", "Arrow routing is not supported"),
        ("kasa_config", "KaSA is not supported"),
        ("monteclora_config", "MonteCLoRA is not supported"),
        ("velora_config", "VeLoRA is not supported"),
        ("megatron_config", "Megatron layers are not supported"),
    ];

    // Keys that are read, checked above, or change nothing of a trained adapter.
    private static readonly HashSet<string> s_known = new(
        [
            .. s_mustBeOff.Select(item => item.Key),
            "peft_type",
            "bias",
            "init_lora_weights",
            "r",
            "lora_alpha",
            "use_rslora",
            "fan_in_fan_out",
            "alora_invocation_tokens",
            "rank_pattern",
            "alpha_pattern",
            "layers_to_transform",
            "base_model_name_or_path",
            "target_modules",
            "auto_mapping",
            "corda_config",
            "ensure_weight_tying",
            "eva_config",
            "exclude_modules",
            "inference_mode",
            "layers_pattern",
            "loftq_config",
            "lora_dropout",
            "lora_ga_config",
            "megatron_core",
            "peft_version",
            "qalora_group_size",
            "revision",
            "runtime_config",
            "task_type",
        ],
        StringComparer.Ordinal
    );

    private readonly JsonElement _root;
    private readonly string _path;
    private readonly PeftPattern<int> _ranks;
    private readonly PeftPattern<float> _alphas;

    private PeftConfig(JsonElement root, string path)
    {
        _root = root;
        _path = path;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException($"{path}: expected a JSON object, found {root.ValueKind}");
        }

        RequireText("peft_type", "LORA", required: true);
        RequireText("bias", "none", required: false);
        foreach (var (key, reason) in s_mustBeOff)
        {
            if (Find(key) is { } value && !IsOff(value))
            {
                throw new CheckpointException($"{path}: key '{key}': {reason}, found {Describe(value)}; expected null or false");
            }
        }

        foreach (var property in root.EnumerateObject())
        {
            if (!s_known.Contains(property.Name) && !IsOff(property.Value))
            {
                throw new CheckpointException(
                    $"{path}: key '{property.Name}': not known, so it may change the computation; found {Describe(property.Value)}; "
                        + "expected null or false. Remove the key if the adapter does not need it."
                );
            }
        }

        if (
            Find("init_lora_weights") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null) } start
            && !(start.ValueKind == JsonValueKind.String && s_plainInitialisations.Contains(start.GetString()))
        )
        {
            var plain = string.Join(" or ", s_plainInitialisations);
            throw Wrong(
                "init_lora_weights",
                $"true, false, {plain} (others change the base model; convert the adapter to plain LoRA first)",
                start
            );
        }

        Rank = Integer("r", Required("r"), 1);
        Alpha = ReadAlpha();
        IsRankStabilized = Flag("use_rslora");
        IsFanInFanOut = Flag("fan_in_fan_out");
        InvocationTokens = Integers("alora_invocation_tokens") ?? [];
        BaseModel = Find("base_model_name_or_path") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
        Targets = new PeftTargets(path)
        {
            Modules = Texts("target_modules"),
            Excluded = Texts("exclude_modules"),
            LayersToTransform = Integers("layers_to_transform"),
            LayersPattern = Texts("layers_pattern"),
        };
        _ranks = Pattern("rank_pattern", value => Integer("rank_pattern", value, 1));
        _alphas = Pattern("alpha_pattern", value => Number("alpha_pattern", value));
    }

    public int Rank { get; }

    public float Alpha { get; }

    public bool IsRankStabilized { get; }

    public bool IsFanInFanOut { get; }

    public IReadOnlyList<int> InvocationTokens { get; }

    public string? BaseModel { get; }

    /// <summary>Which modules carry the adapter.</summary>
    public PeftTargets Targets { get; }

    /// <summary>Whether some modules have a rank or an alpha of their own.</summary>
    public bool HasPatterns => _ranks.Count + _alphas.Count > 0;

    /// <summary>The rank of a module.</summary>
    public int RankOf(string module) => _ranks.FindFor(module) ?? Rank;

    /// <summary>The factor of a module's product.</summary>
    public double ScaleOf(string module)
    {
        var (alpha, rank) = (_alphas.FindFor(module) ?? Alpha, RankOf(module));
        return IsRankStabilized ? alpha / Math.Sqrt(rank) : (double)alpha / rank;
    }

    public static PeftConfig Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(JsonBytes.Read(path, File.ReadAllBytes(path)));
            return new PeftConfig(document.RootElement, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: the adapter's settings cannot be read: {error.Message}", error);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A text with half of a surrogate pair parses but cannot be read.
            throw new CheckpointException($"{path}: expected JSON, found a broken file: {JsonProblem.WithLine(error)}", error);
        }
    }

    private void RequireText(string key, string expected, bool required)
    {
        var value = required ? Required(key) : Find(key);
        if (value is { } found && !(found.ValueKind == JsonValueKind.String && found.GetString() == expected))
        {
            throw Wrong(key, $"\"{expected}\"", found);
        }
    }

    private bool Flag(string key) =>
        Find(key) switch
        {
            null or { ValueKind: JsonValueKind.Null or JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            { } other => throw Wrong(key, "true or false", other),
        };

    private float ReadAlpha() => Number("lora_alpha", Required("lora_alpha"));

    private float Number(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number)
            ? number
            : throw Wrong(key, "a number", value);

    private PeftTexts? Texts(string key) =>
        Find(key) switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } text => new PeftTexts(text.GetString()!, []),
            { ValueKind: JsonValueKind.Array } list => new PeftTexts(
                null,
                [
                    .. list.EnumerateArray()
                        .Select(item =>
                            item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Wrong(key, "a list of names", item)
                        ),
                ]
            ),
            { } other => throw Wrong(key, "a text or a list of names", other),
        };

    private PeftPattern<T> Pattern<T>(string key, Func<JsonElement, T> read)
        where T : struct =>
        Find(key) switch
        {
            null or { ValueKind: JsonValueKind.Null } => new PeftPattern<T>(_path, key, []),
            { ValueKind: JsonValueKind.Object } map => new PeftPattern<T>(
                _path,
                key,
                [.. map.EnumerateObject().Select(item => (item.Name, read(item.Value)))]
            ),
            { } other => throw Wrong(key, "an object from names to numbers", other),
        };

    private List<int>? Integers(string key)
    {
        var value = Find(key);
        return value switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item => Integer(key, item, 0))],
            _ => [Integer(key, value.Value, 0)],
        };
    }

    private int Integer(string key, JsonElement value, int least) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least
            ? number
            : throw Wrong(key, $"a whole number of at least {least}", value);

    private JsonElement? Find(string key) => _root.TryGetProperty(key, out var value) ? value : null;

    private JsonElement Required(string key) => Find(key) ?? throw new CheckpointException($"{_path}: key '{key}' is missing");

    private CheckpointException Wrong(string key, string expected, JsonElement found) =>
        new($"{_path}: key '{key}': expected {expected}, found {Describe(found)}");

    private static bool IsOff(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Null or JsonValueKind.False => true,
            JsonValueKind.Array => value.GetArrayLength() == 0,
            JsonValueKind.Object => value.GetPropertyCount() == 0,
            _ => false,
        };

    private static string Describe(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 80 ? text : text[..80] + "...";
    }
}
