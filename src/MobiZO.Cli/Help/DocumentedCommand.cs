using System.CommandLine;
using MobiZO.Cli.Options;

namespace MobiZO.Cli.Help;

/// <summary>A command with a usage line, options grouped by purpose and an example.</summary>
internal sealed class DocumentedCommand(string name, string description, string usage, string example) : Command(name, description)
{
    private readonly List<HelpSection> _sections = [];

    /// <summary>What follows the command's name in the usage line.</summary>
    public string Usage => usage;

    /// <summary>A complete command line.</summary>
    public string Example => example;

    /// <summary>The options by purpose.</summary>
    public IReadOnlyList<HelpSection> Sections => _sections;

    /// <summary>Adds a group of options and its section of the help.</summary>
    public void Add<TRecord>(OptionGroup<TRecord> group) => Add(group.ToSection());

    /// <summary>Adds options that bind to no record.</summary>
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
