namespace MobiZO.Optimization;

/// <summary>How the learning rate moves from step to step.</summary>
public enum ScheduleKind
{
    /// <summary>It stays at its peak.</summary>
    Constant,

    /// <summary>It falls in a straight line to zero behind the last step.</summary>
    Linear,
}
