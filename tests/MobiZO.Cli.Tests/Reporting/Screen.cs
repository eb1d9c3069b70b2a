using System.Globalization;
using System.Text;

namespace MobiZO.Cli.Tests.Reporting;

/// <summary>What a terminal shows: text wraps at the last column, the cursor moves, lines are erased; the rest is an error.</summary>
/// <param name="columns">Columns of the terminal.</param>
internal sealed class Screen(int columns)
{
    private readonly List<StringBuilder> _lines = [new()];
    private int _row;
    private int _column;

    /// <summary>Every line from the first to the last, without spaces at their ends; lines that scrolled away are kept.</summary>
    public IReadOnlyList<string> Lines => [.. _lines.Select(line => line.ToString().TrimEnd())];

    /// <summary>Whether the cursor is shown.</summary>
    public bool IsCursorShown { get; private set; } = true;

    public void Write(string text)
    {
        for (var place = 0; place < text.Length; place++)
        {
            switch (text[place])
            {
                case '\r':
                    _column = 0;
                    break;
                case '\n':
                    // The system's terminal driver sends a return before it.
                    _column = 0;
                    MoveDown();
                    break;
                case '\e':
                    place = Command(text, place + 1);
                    break;
                default:
                    Put(text[place]);
                    break;
            }
        }
    }

    private void Put(char character)
    {
        if (_column == columns)
        {
            _column = 0;
            MoveDown();
        }

        var line = _lines[_row];
        line.Append(' ', Math.Max(0, _column + 1 - line.Length));
        line[_column++] = character;
    }

    private void MoveDown()
    {
        if (++_row == _lines.Count)
        {
            _lines.Add(new StringBuilder());
        }
    }

    private int Command(string text, int place)
    {
        if (text[place] != '[')
        {
            // Keypad modes: one character.
            return place;
        }

        var start = ++place;
        while (!char.IsAsciiLetter(text[place]))
        {
            place++;
        }

        var arguments = text[start..place];
        var count = int.TryParse(arguments, CultureInfo.InvariantCulture, out var given) ? given : 1;
        switch (text[place])
        {
            case 'A':
                _row = Math.Max(0, _row - count);
                break;
            case 'J' when arguments is "" or "0":
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                _lines[_row].Length = Math.Min(_lines[_row].Length, _column);
                break;
            case 'h' or 'l':
                IsCursorShown = arguments == "?25" ? text[place] == 'h' : IsCursorShown;
                break;
            case 'm':
                break;
            default:
                throw new InvalidOperationException($"The screen does not know the command '[{arguments}{text[place]}'.");
        }

        return place;
    }
}
