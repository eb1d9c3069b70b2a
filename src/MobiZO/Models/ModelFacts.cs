using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Adapters;

namespace MobiZO.Models;

/// <summary>What a checkpoint is, without loading its weights into an engine.</summary>
public sealed record ModelFacts
{
    /// <summary>The folder or file.</summary>
    public required string Path { get; init; }

    /// <summary>How it is stored.</summary>
    public required CheckpointFormat Format { get; init; }

    /// <summary>Architecture and sizes.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>Number of weights, each once.</summary>
    public required long Parameters { get; init; }

    /// <summary>Bytes of the weights as stored.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>Bytes by stored type, largest first.</summary>
    public required IReadOnlyList<StoredTypeShare> StoredTypes { get; init; }

    /// <summary>Ids of the tokenizer, added tokens included.</summary>
    public required int TokenizerVocabulary { get; init; }

    /// <summary>
    /// Tokens whose ids are beyond the embedding, in the order of their ids: rows and prompts that have them are refused.
    /// </summary>
    public required IReadOnlyList<string> TokensBeyondEmbedding { get; init; }

    /// <summary>Whether the checkpoint brings a chat template.</summary>
    public required bool HasChatTemplate { get; init; }

    /// <summary>Changes with the weights; part of cache keys and journals.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The linear layers an adapter can act on, by kind and in the order of a layer.</summary>
    public required IReadOnlyList<LinearKind> LinearKinds { get; init; }

    /// <summary>Reads the facts of an open model.</summary>
    public static ModelFacts Of(LocalModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var checkpoint = model.Checkpoint;
        return new ModelFacts
        {
            Path = checkpoint.Path,
            Format = checkpoint.Format,
            Config = checkpoint.Config,
            Parameters = ParametersOf(checkpoint),
            StoredBytes = checkpoint.StoredBytes,
            StoredTypes =
            [
                .. checkpoint
                    .Tensors.Values.GroupBy(tensor => tensor.StoredType, StringComparer.Ordinal)
                    .Select(group => new StoredTypeShare(group.Key, group.Count(), group.Sum(tensor => tensor.StoredBytes)))
                    .OrderByDescending(share => share.Bytes)
                    .ThenBy(share => share.Type, StringComparer.Ordinal),
            ],
            TokenizerVocabulary = model.Tokenizer.VocabularySize,
            TokensBeyondEmbedding =
            [
                .. Enumerable
                    .Range(checkpoint.Config.VocabularySize, Math.Max(0, model.Tokenizer.VocabularySize - checkpoint.Config.VocabularySize))
                    .Select(model.Tokenizer.IdToToken)
                    .OfType<string>(),
            ],
            HasChatTemplate = checkpoint.ChatTemplate is not null,
            Fingerprint = checkpoint.Fingerprint,
            LinearKinds =
            [
                .. model
                    .Assembler.LinearModules.GroupBy(KindOf)
                    .Select(group => new LinearKind(group.Key.Name, group.Key.In, group.Key.Out, group.Count())),
            ],
        };
    }

    internal static long ParametersOf(Checkpoint checkpoint) =>
        checkpoint.Tensors.Values.Sum(tensor => tensor.Shape.Aggregate(1L, (product, extent) => product * extent));

    private static (string Name, int In, int Out) KindOf(AdapterModule module) =>
        (module.Name[(module.Name.LastIndexOf('.') + 1)..], module.InputSize, module.OutputSize);
}
