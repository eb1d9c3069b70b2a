namespace MobiZO.Checkpoints.Configuration;

/// <summary>Where the norms of a layer stand.</summary>
internal enum NormPlaces
{
    /// <summary>Before attention and before the MLP.</summary>
    Before,

    /// <summary>Before and behind attention, before and behind the MLP.</summary>
    Around,

    /// <summary>Behind attention and behind the MLP; both read the residual stream.</summary>
    Behind,
}
