namespace MobiZO;

/// <summary>What a run makes.</summary>
public enum TrainingMethod
{
    /// <summary>A LoRA adapter, trained in steps.</summary>
    Adapter,

    /// <summary>
    /// A logistic probe on the model's hidden states: label words only, no steps; nothing of the model changes and nothing can be
    /// generated with it.
    /// </summary>
    Probe,
}
