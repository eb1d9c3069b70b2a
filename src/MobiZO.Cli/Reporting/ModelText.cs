using MobiZO.Models;

namespace MobiZO.Cli.Reporting;

/// <summary>The facts of a model as text.</summary>
internal static class ModelText
{
    /// <summary>One line.</summary>
    public static string Summary(ModelFacts facts) =>
        $"{facts.Config.ModelType}, {facts.Config.LayerCount} layers, hidden {facts.Config.HiddenSize}, "
        + $"{Quantity.Number(facts.Parameters)} parameters in "
        + $"{string.Join(" and ", facts.StoredTypes.Take(2).Select(share => share.Type))} ({Quantity.Bytes(facts.StoredBytes)})";

    /// <summary>The trained share.</summary>
    public static string Trainable(long trainable, long baseParameters, int modules) =>
        $"trainable: {Quantity.Number(trainable)} of {Quantity.Number(baseParameters + trainable)} parameters "
        + $"({Quantity.Percent((double)trainable / (baseParameters + trainable))}) in {modules} modules";

    /// <summary>Everything, a line a fact.</summary>
    public static IEnumerable<string> Lines(ModelFacts facts)
    {
        var config = facts.Config;
        yield return Line("path", facts.Path);
        yield return Line("format", facts.Format == Checkpoints.CheckpointFormat.Gguf ? "GGUF" : "Hugging Face");
        yield return Line("architecture", config.ModelType);
        yield return Line("layers", $"{config.LayerCount}");
        yield return Line("hidden", $"{config.HiddenSize}, feed-forward {config.IntermediateSize}");
        yield return Line("heads", $"{config.HeadCount}, key/value heads {config.KeyValueHeadCount}, head_dim {config.HeadDimension}");
        yield return Line("vocabulary", Quantity.Number(config.VocabularySize));
        yield return Line("context", $"{Quantity.Number(config.MaxPositions)} tokens");
        yield return Line("positions", config.PositionEncoding);
        yield return Line("tied embedding", config.TieWordEmbeddings ? "yes" : "no");
        yield return Line("parameters", Quantity.Number(facts.Parameters));
        yield return Line(
            "stored",
            string.Join(", ", facts.StoredTypes.Select(share => $"{share.Type} {Quantity.Bytes(share.Bytes)} ({share.Tensors} tensors)"))
        );
        yield return Line("tokenizer", $"{Quantity.Number(facts.TokenizerVocabulary)} tokens{Beyond(facts.TokensBeyondEmbedding)}");
        yield return Line("chat template", facts.HasChatTemplate ? "yes" : "no");
        yield return Line("fingerprint", facts.Fingerprint);
        yield return Line(
            "linear modules",
            string.Join(", ", facts.LinearKinds.Select(kind => $"{kind.Count} {kind.Name} [{kind.OutputSize}, {kind.InputSize}]"))
        );
    }

    private static string Beyond(IReadOnlyList<string> tokens)
    {
        var some = string.Join(" ", tokens.Take(3)) + (tokens.Count > 3 ? " ..." : "");
        return tokens.Count == 0 ? "" : $"; {Quantity.Number(tokens.Count)} beyond the embedding ({some}), which no row or prompt may have";
    }

    private static string Line(string name, string value) => $"{name, -16}{value}";
}
