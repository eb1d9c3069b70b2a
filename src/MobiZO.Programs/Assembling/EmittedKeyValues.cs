namespace MobiZO.Programs.Assembling;

/// <summary>Which keys and values become outputs of a program.</summary>
internal enum EmittedKeyValues
{
    /// <summary>None.</summary>
    None,

    /// <summary>Those of the tokens of this run, every computed layer or the upper ones [N, kv_heads, S, d].</summary>
    New,

    /// <summary>Those of this run behind the given ones, every layer [N, kv_heads, T + S, d]; each row has a past of its own.</summary>
    Grown,

    /// <summary>As <see cref="Grown"/>, under the names and with the mask that hosts of ONNX decoders know.</summary>
    Host,
}
