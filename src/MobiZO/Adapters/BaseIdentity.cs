using System.Security.Cryptography;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Adapters;

/// <summary>Which files an adapter's model had: enough to tell another model, whatever it is called and wherever it lies.</summary>
public sealed record BaseIdentity
{
    /// <summary>The name of the folder or file, for people; it is not compared.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// How the model is stored: <c>safetensors</c> or <c>gguf</c>. Hashes of files of different formats cannot be compared.
    /// </summary>
    public required string Format { get; init; }

    /// <summary>SHA-256 (hexadecimal) over every byte of the weight files.</summary>
    public required string Weights { get; init; }

    /// <summary>
    /// SHA-256 of the tokenizer: of <c>tokenizer.json</c>, or of the vocabulary and merges in a GGUF file; null: there is none.
    /// </summary>
    public string? Tokenizer { get; init; }

    /// <summary>SHA-256 of the chat template's source; null: there is none.</summary>
    public string? Template { get; init; }

    /// <summary>The identity of a model. Weight files are read whole once; the cache knows them afterwards.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cacheFolder">Where hashes of large files are kept; null: <see cref="CacheRoot.Default"/>.</param>
    /// <exception cref="CheckpointException">A file cannot be read.</exception>
    public static BaseIdentity Of(Checkpoint model, string? cacheFolder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new BaseIdentity
        {
            Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Path))),
            Format = model.Format == CheckpointFormat.Gguf ? "gguf" : "safetensors",
            Weights = model.WeightsHash(cacheFolder ?? CacheRoot.Default),
            Tokenizer =
                model.TokenizerFile is { } file ? HashOfFile(file)
                : model.GgufTokenizer is { } vocabulary ? HashOf(vocabulary)
                : null,
            Template = model.ChatTemplate is { } template ? BlockHashes.OfText(template) : null,
        };
    }

    /// <summary>What of another model differs: weights, tokenizer, chat template; empty when nothing does that can be compared.</summary>
    public IReadOnlyList<string> DifferencesFrom(BaseIdentity other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var isComparable = Format == other.Format;
        (string What, bool Differs)[] parts =
        [
            ("weights", isComparable && Weights != other.Weights),
            ("tokenizer", isComparable && Tokenizer != other.Tokenizer),
            ("chat template", Template != other.Template),
        ];
        return [.. parts.Where(part => part.Differs).Select(part => part.What)];
    }

    /// <summary>Refuses another model.</summary>
    /// <param name="given">The model that is given.</param>
    /// <param name="adapter">The adapter's path, for the message.</param>
    /// <param name="model">The model's path, for the message.</param>
    /// <exception cref="CheckpointException">Something differs; the message says what.</exception>
    internal void Require(BaseIdentity given, string adapter, string model)
    {
        var differences = DifferencesFrom(given);
        if (differences.Count > 0)
        {
            throw new CheckpointException(
                $"'{adapter}' was made on '{Name}'; '{model}' differs from it in {string.Join(" and ", differences)}. Use the model that it was "
                    + "made on, or load it with IgnoreBaseMismatch to use it all the same."
            );
        }
    }

    private static string HashOf(GgufTokenizerMetadata vocabulary) =>
        BlockHashes.OfText(string.Join('\n', [vocabulary.Model, vocabulary.Pre ?? "", .. vocabulary.Tokens, .. vocabulary.Merges ?? []]));

    private static string HashOfFile(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: the file could not be read: {error.Message}", error);
        }
    }
}
