namespace MobiZO.ExecuTorch.Format;

/// <summary>Where the bytes of a tensor are.</summary>
internal enum PteTensorKind
{
    /// <summary>In the file.</summary>
    Constant,

    /// <summary>Known by a name: data of the file, or of whoever loads it. Only delegates read it.</summary>
    Named,

    /// <summary>In planned memory, between the instructions that write and read it.</summary>
    Temporary,

    /// <summary>In the caller's memory.</summary>
    Input,

    /// <summary>In planned memory for as long as the method is loaded, with a first value in the file.</summary>
    State,
}
