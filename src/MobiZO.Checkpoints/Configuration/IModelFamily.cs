using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Checkpoints.Configuration;

/// <summary>A family of models: which keys it has, with their defaults and refusals, its tensors and its wiring.</summary>
internal interface IModelFamily
{
    /// <summary><c>model_type</c> in <c>config.json</c>.</summary>
    string ModelType { get; }

    /// <summary><c>general.architecture</c> in GGUF files; null: the family has none.</summary>
    string? GgufArchitecture { get; }

    /// <summary>What people should know of the family.</summary>
    FamilyFacts Facts { get; }

    /// <summary>The model of a config.</summary>
    /// <exception cref="CheckpointException">A value is missing, wrong or not supported.</exception>
    ModelDescription Describe(ConfigSource source);
}
