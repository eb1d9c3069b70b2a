using MobiZO.Checkpoints;
using MobiZO.TestKit;

namespace MobiZO.Slow.Tests.Checkpoints;

public sealed class PublishedModelTests
{
    [SharedFact("models/smollm2-135m-instruct")]
    public void A_published_gguf_file_opens_and_reads_whole()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Shared.PathOf("models", "smollm2-135m-instruct"));
        var config = checkpoint.Config;
        Assert.Equal(
            (576, 30, 9, 3, 49152),
            (config.HiddenSize, config.LayerCount, config.HeadCount, config.KeyValueHeadCount, config.VocabularySize)
        );
        var vocabulary = checkpoint.GgufTokenizer!;
        Assert.Equal((48900, "gpt2", "smollm", 0), (vocabulary.Merges!.Count, vocabulary.Model, vocabulary.Pre, vocabulary.UnkId));
        Assert.Equal("<|im_end|>", checkpoint.SpecialTokens["eos_token"]);
        Assert.Contains("im_start", checkpoint.ChatTemplate, StringComparison.Ordinal);
        var (count, sum) = (0L, 0.0);
        foreach (var (name, tensor) in checkpoint.Tensors)
        {
            var values = new float[tensor.Shape.Aggregate(1, (product, extent) => product * (int)extent)];
            checkpoint.Read(name, 0, values);
            (count, sum) = (count + values.Length, sum + values.Sum(value => (double)value));
        }

        Assert.True(double.IsFinite(sum));
        Assert.Equal(134_515_008, count);
    }

    [SharedFact("models/stories260K-hf")]
    public void A_published_folder_opens()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Shared.PathOf("models", "stories260K-hf"));
        Assert.Equal(CheckpointFormat.HuggingFace, checkpoint.Format);
        Assert.Equal((64, 5, 512), (checkpoint.Config.HiddenSize, checkpoint.Config.LayerCount, checkpoint.Config.VocabularySize));
    }
}
