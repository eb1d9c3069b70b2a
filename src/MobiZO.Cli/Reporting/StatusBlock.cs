using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MobiZO.Cli.Reporting;

/// <summary>
/// A few lines at the end of a terminal that are drawn again and again; other lines scroll above them. What was drawn is erased before
/// anything is written in its place: a live view that only writes over its old lines leaves their ends behind.
/// </summary>
/// <param name="output">The terminal.</param>
/// <param name="width">Its columns, asked before every drawing.</param>
internal sealed class StatusBlock(TextWriter output, Func<int> width)
{
    private const int LeastWidth = 10;

    private int _lines;

    /// <summary>Draws the block anew.</summary>
    public void Draw(IRenderable content) => Write([], Render(content));

    /// <summary>Writes lines above the block, broken between words.</summary>
    public void WriteAbove(IEnumerable<string> lines, IRenderable content) =>
        Write([.. lines.SelectMany(line => Render(new Spectre.Console.Text(line)))], Render(content));

    /// <summary>Removes the block.</summary>
    public void Clear() => Write([], []);

    private void Write(IReadOnlyList<string> above, IReadOnlyList<string> block)
    {
        var up = _lines > 1 ? string.Create(CultureInfo.InvariantCulture, $"\e[{_lines - 1}A") : "";
        output.Write(
            $"\r{up}\e[J{string.Concat(above.Select(line => line + Environment.NewLine))}{string.Join(Environment.NewLine, block)}"
        );
        output.Flush();
        _lines = block.Count;
    }

    /// <summary>One column stays free: a terminal goes on to the next line when the last one is written.</summary>
    private string[] Render(IRenderable content)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var plain = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Out = new AnsiConsoleOutput(text),
            }
        );
        plain.Profile.Capabilities.Unicode = true;
        plain.Profile.Width = Math.Max(LeastWidth, width() - 1);
        plain.Write(content);
        return [.. text.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())];
    }
}
