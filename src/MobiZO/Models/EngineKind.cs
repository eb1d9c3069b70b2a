namespace MobiZO.Models;

/// <summary>What runs the programs.</summary>
public enum EngineKind
{
    /// <summary>An unmodified ONNX Runtime.</summary>
    OnnxRuntime,

    /// <summary>The managed interpreter: exact, slow, for tiny models and tests.</summary>
    Reference,
}
