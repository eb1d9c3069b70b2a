using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Gguf;

namespace MobiZO.Checkpoints.Opening;

/// <summary>Opens a GGUF file, or the parts of one, as a checkpoint.</summary>
internal static class GgufCheckpoint
{
    /// <exception cref="CheckpointException">A file is missing, damaged or not supported.</exception>
    public static CheckpointContents Open(string path)
    {
        var file = GgufParts.Open(path);
        try
        {
            ModelDescription description = ConfigReader.Read(file);
            GgufTokenizerMetadata? tokenizer = GgufTokenizerReader.Read(file.Metadata);
            return new CheckpointContents
            {
                Path = path,
                Format = CheckpointFormat.Gguf,
                Description = description,
                Weights = new GgufWeights(file, description),
                GgufTokenizer = tokenizer,
                ChatTemplate = file.Metadata.OptionalText("tokenizer.chat_template"),
                SpecialTokens = GgufTokenizerReader.SpecialTokens(tokenizer),
                Warnings = file.Metadata.Warnings,
            };
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
