using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>Projections to queries, keys and values in one matrix.</summary>
internal static class FusedProjection
{
    /// <summary>
    /// The same projection, whose rows stand by key/value head in Hugging Face files and concatenated in GGUF files.
    /// </summary>
    public static LinearDescription ConcatenatedInGguf(this LinearDescription linear, ModelConfig config) =>
        linear with
        {
            Weight = Concatenated(linear.Weight, config),
            Bias = linear.Bias is { } bias ? Concatenated(bias, config) : null,
        };

    private static ModelTensor Concatenated(ModelTensor tensor, ModelConfig config) =>
        tensor with
        {
            GgufForm = StoredForm.ConcatenatedRows,
            RowsOfAHead = config.HeadDimension,
            QueryHeadsOfAGroup = config.HeadCount / config.KeyValueHeadCount,
        };
}
