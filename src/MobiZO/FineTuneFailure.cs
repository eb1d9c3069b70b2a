namespace MobiZO;

/// <summary>What has to change before a run can succeed.</summary>
public enum FineTuneFailure
{
    /// <summary>The training itself went wrong, for example diverged.</summary>
    Training,

    /// <summary>The settings are wrong, or do not fit the model or the rows.</summary>
    Settings,

    /// <summary>Something that was to be read is missing or damaged.</summary>
    Input,

    /// <summary>The place to write to is taken or cannot be written.</summary>
    Output,
}
