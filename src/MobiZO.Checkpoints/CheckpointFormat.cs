namespace MobiZO.Checkpoints;

/// <summary>How a checkpoint is stored.</summary>
public enum CheckpointFormat
{
    /// <summary>A folder with <c>config.json</c> and safetensors.</summary>
    HuggingFace,

    /// <summary>One <c>.gguf</c> file.</summary>
    Gguf,
}
