namespace MobiZO;

/// <summary>Where the update of B is computed.</summary>
public enum UpdatePlace
{
    /// <summary>In managed code, from the losses that the engine returns.</summary>
    Host,

    /// <summary>Inside the step program: the engine returns the losses and the next B.</summary>
    Engine,
}
