namespace MobiZO.PrefixCache;

/// <summary>
/// How the frozen part of prompts is stored. Steps always compute with what the stored numbers are, wherever they come from.
/// </summary>
public enum PrefixCacheType
{
    /// <summary>IEEE half precision: half the memory; every number is rounded to 11 significant bits.</summary>
    Fp16,

    /// <summary>IEEE single precision: as computed.</summary>
    Fp32,
}
