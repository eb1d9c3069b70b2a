namespace MobiZO.TrainBench.Memory;

/// <summary>What a measured process does with the rows.</summary>
internal enum MemoryTask
{
    /// <summary>Continues one prompt by a few tokens.</summary>
    Inference,

    /// <summary>Scores every row.</summary>
    Evaluation,

    /// <summary>Trains on the rows, scope activated; their prompts are found in the cache.</summary>
    TrainingActivated,

    /// <summary>The same, but computes the prompts, as the first run on its rows does.</summary>
    TrainingActivatedFirst,

    /// <summary>Trains on the rows, scope all.</summary>
    TrainingAll,
}
