using MobiZO.Data;

namespace MobiZO.Cli.Options;

/// <summary>A value of a run file before it is known what it is for: a text, a list of texts, or texts by name.</summary>
/// <param name="Folder">The folder of the file; relative paths count from there.</param>
internal sealed record WrittenValue(string Folder)
{
    /// <summary>A single value.</summary>
    public string? Text { get; init; }

    /// <summary>The single value that it must be.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public string SingleText => Text ?? throw new FormatException();

    /// <summary>The values of a list.</summary>
    public IReadOnlyList<string>? Items { get; init; }

    /// <summary>The key that marks a word which is a letter, as the files of a run hold it.</summary>
    public const string IsLetter = "is_letter";

    /// <summary>Values by name, as label words are written.</summary>
    public IReadOnlyList<LabelWord>? Pairs { get; init; }
}
