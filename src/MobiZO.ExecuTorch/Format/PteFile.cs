namespace MobiZO.ExecuTorch.Format;

/// <summary>A program file: methods that share constants and payloads of delegates.</summary>
internal sealed class PteFile
{
    /// <summary>The methods.</summary>
    public List<PteMethod> Methods { get; } = [];

    /// <summary>Constants; number n of a tensor is entry n - 1.</summary>
    public List<PteConstant> Constants { get; } = [];

    /// <summary>First values of states; number n of a tensor is entry n - 1.</summary>
    public List<PteConstant> States { get; } = [];

    /// <summary>Payloads of delegates.</summary>
    public List<PteConstant> Payloads { get; } = [];
}
