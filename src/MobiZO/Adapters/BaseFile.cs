using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Adapters;

/// <summary>
/// The identity of the base model beside an adapter of the peft library: <c>mobizo.json</c>. It is a file of its own because versions of
/// peft differ in what they do with keys they do not know.
/// </summary>
internal static class BaseFile
{
    public const string Name = "mobizo.json";

    private const string Section = "base";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>Reads it; null when the folder has none, or it says nothing of the base model.</summary>
    /// <exception cref="CheckpointException">The file is damaged.</exception>
    public static BaseIdentity? Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path) || JsonSection.ReadFile(path).OptionalSection(Section) is not { } section)
        {
            return null;
        }

        return new BaseIdentity
        {
            Name = section.Text("name"),
            Format = section.Text("format"),
            Weights = section.Text("weights"),
            Tokenizer = section.OptionalText("tokenizer"),
            Template = section.OptionalText("template"),
        };
    }

    /// <summary>Writes it; without an identity, one that lies there is removed.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string folder, BaseIdentity? identity)
    {
        var path = Path.Combine(folder, Name);
        if (identity is null)
        {
            File.Delete(path);
            return;
        }

        var document = new Dictionary<string, BaseIdentity> { [Section] = identity };
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, document, s_json));
    }
}
