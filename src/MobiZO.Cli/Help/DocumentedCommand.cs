using System.CommandLine;

namespace MobiZO.Cli.Help;

/// <summary>A command with a usage line, options grouped by purpose and an example.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it does, in one line.</param>
/// <param name="usage">What follows the name in the usage line.</param>
/// <param name="example">A complete command line.</param>
internal sealed class DocumentedCommand(string name, string description, string usage, string example) : Command(name, description)
{
    private readonly List<HelpSection> _sections = [];

    /// <summary>What follows the command's name in the usage line.</summary>
    public string Usage => usage;

    /// <summary>A complete command line.</summary>
    public string Example => example;

    /// <summary>The options by purpose.</summary>
    public IReadOnlyList<HelpSection> Sections => _sections;

    /// <summary>The options of the short help; null: all. The others are shown by --help-all.</summary>
    public IReadOnlyCollection<string>? Common { get; init; }

    /// <summary>What the help says at its end; null: nothing.</summary>
    public string? Remark { get; init; }

    /// <summary>The options of the short help, or all of them.</summary>
    public IEnumerable<HelpSection> SectionsOf(bool isAll) =>
        isAll || Common is null
            ? _sections
            : _sections
                .Select(section => section with { Entries = [.. section.Entries.Where(entry => Common.Contains(entry.Option.Name))] })
                .Where(section => section.Entries.Count > 0);

    /// <summary>Adds options and their section of the help.</summary>
    public void Add(HelpSection section)
    {
        foreach (var entry in section.Entries)
        {
            Add(entry.Option);
        }

        var index = _sections.FindIndex(known => known.Title == section.Title);
        if (index < 0)
        {
            _sections.Add(section);
        }
        else
        {
            _sections[index] = new HelpSection(section.Title, [.. _sections[index].Entries, .. section.Entries]);
        }
    }
}
