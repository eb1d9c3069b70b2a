namespace MobiZO.Adapters;

/// <summary>The formats that adapters are written in.</summary>
public enum AdapterFormat
{
    /// <summary>A folder of the peft library: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</summary>
    Peft,

    /// <summary>A GGUF file of llama.cpp.</summary>
    Gguf,

    /// <summary>A file of ONNX Runtime (<c>.onnx_adapter</c>), for programs that were written as ONNX; it is not read.</summary>
    OnnxAdapter,
}
