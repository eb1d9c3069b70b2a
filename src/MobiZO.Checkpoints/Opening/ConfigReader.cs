using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Configuration;
using MobiZO.Checkpoints.Families;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Json;

namespace MobiZO.Checkpoints.Opening;

/// <summary>Finds the family of a config and lets it describe the model.</summary>
internal static class ConfigReader
{
    private const string ModelTypeKey = "model_type",
        ArchitectureKey = "general.architecture";

    /// <param name="path">A <c>config.json</c>.</param>
    /// <param name="generationPath">A <c>generation_config.json</c> whose end-of-sequence ids are added, or null.</param>
    /// <exception cref="CheckpointException">A value is missing, wrong or not supported.</exception>
    public static ModelDescription Read(string path, string? generationPath = null) =>
        Read(JsonSection.ReadFile(path), generationPath is null ? null : JsonSection.ReadFile(generationPath));

    /// <inheritdoc cref="Read(string, string?)"/>
    public static ModelDescription Read(JsonSection json, JsonSection? generation = null)
    {
        IModelFamily family =
            ModelFamilies.FindByModelType(json.Text(ModelTypeKey))
            ?? throw json.Bad(ModelTypeKey, $"a supported family ({string.Join(", ", ModelFamilies.ModelTypes)}){WrapperHint(json)}");
        return family.Describe(new JsonConfigSource(json, generation));
    }

    /// <summary>The facts of a <c>config.json</c> as GGUF metadata: the architecture, and keys without it in front.</summary>
    /// <exception cref="CheckpointException">A value is wrong, or the family has no form in GGUF files.</exception>
    public static (string Architecture, RecordedConfigSource Facts) ReadAsMetadata(string path)
    {
        JsonSection json = JsonSection.ReadFile(path);
        IModelFamily family = ModelFamilies.FindByModelType(json.Text(ModelTypeKey))!;
        string architecture =
            family.GgufArchitecture
            ?? family.Facts.StoredAs
            ?? throw json.Bad(
                ModelTypeKey,
                "a family that has a form in GGUF files ('mobizo families' lists them; llama.cpp knows no architecture of this one)"
            );
        var facts = new RecordedConfigSource(json);
        family.Describe(facts);
        return (architecture, facts);
    }

    /// <summary>The model of a GGUF file.</summary>
    /// <exception cref="CheckpointException">A value is missing, wrong or not supported.</exception>
    public static ModelDescription Read(GgufParts file)
    {
        string architecture = file.Metadata.Text(ArchitectureKey);
        IModelFamily family =
            ModelFamilies.FindByGgufArchitecture(architecture)
            ?? throw file.Metadata.Bad(ArchitectureKey, $"a supported family ({string.Join(", ", ModelFamilies.GgufArchitectures)})");
        var source = new GgufConfigSource(file, architecture);
        ModelDescription description = family.Describe(source);
        source.RefuseUnread();
        return description;
    }

    // As Gemma 3 from 4B on is published: the model of text is one part, under other names.
    private static string WrapperHint(JsonSection json) =>
        json.Has("text_config") ? " (a model of text and pictures: use a checkpoint of its text model alone, or its GGUF file)" : "";
}
