namespace MobiZO.Checkpoints.Configuration;

/// <summary>The keys of a model's sizes, under the names that most families use.</summary>
internal sealed record SizeKeys
{
    public ConfigKey HiddenSize { get; init; } = new("hidden_size", "embedding_length");

    public ConfigKey IntermediateSize { get; init; } = new("intermediate_size", "feed_forward_length");

    public ConfigKey LayerCount { get; init; } = new("num_hidden_layers", "block_count");

    public ConfigKey HeadCount { get; init; } = new("num_attention_heads", "attention.head_count");

    public ConfigKey KeyValueHeadCount { get; init; } = new("num_key_value_heads", "attention.head_count_kv");

    public ConfigKey HeadDimension { get; init; } = new("head_dim", "attention.key_length");

    public ConfigKey VocabularySize { get; init; } = new("vocab_size", null);

    public ConfigKey MaxPositions { get; init; } = new("max_position_embeddings", "context_length");

    /// <summary>The inner width of the MLP when the file does not say it, from the hidden size; null: the file must.</summary>
    public Func<int, int>? DefaultIntermediateSize { get; init; }

    /// <summary>The longest sequence when the file does not say it; null: the file must.</summary>
    public int? DefaultMaxPositions { get; init; }

    /// <summary>Whether the head is the embedding when <c>config.json</c> does not say.</summary>
    public bool IsTiedByDefault { get; init; }
}
