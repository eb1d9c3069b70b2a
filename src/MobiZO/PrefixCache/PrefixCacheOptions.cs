namespace MobiZO.PrefixCache;

/// <summary>How a store keeps what it computed.</summary>
/// <param name="Type">Type of the stored numbers.</param>
/// <param name="MemoryBytes">Most bytes to keep in memory; what is served from a file does not count.</param>
/// <param name="Folder">Folder of the cache files of this model, engine and form; null: in memory only.</param>
/// <param name="MaxTokensPerRun">Most tokens of one run of a prefix program.</param>
internal sealed record PrefixCacheOptions(PrefixCacheType Type, long MemoryBytes, string? Folder, int MaxTokensPerRun);
