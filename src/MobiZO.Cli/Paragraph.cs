using System.Globalization;
using System.Text;

namespace MobiZO.Cli;

/// <summary>A message as one paragraph: what it quotes of a broken file must not fill the screen or break its lines.</summary>
internal static class Paragraph
{
    /// <summary>Most characters of a message.</summary>
    public const int MaxLength = 2000;

    private const int KeptAtEnd = 200;
    private const int Between = 40;

    /// <summary>The message without empty lines and control characters, its middle left out when it is long.</summary>
    public static string Of(string message)
    {
        var text = new StringBuilder();
        foreach (var character in message.ReplaceLineEndings("\n").Trim())
        {
            if (character == '\n')
            {
                text.Append(text.Length > 0 && text[^1] == '\n' ? "" : "\n");
            }
            else if (char.IsControl(character) && character != '\t')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                text.Append(character);
            }
        }

        if (text.Length <= MaxLength)
        {
            return text.ToString();
        }

        // No pair of surrogates is cut.
        var (front, back) = (MaxLength - KeptAtEnd - Between, text.Length - KeptAtEnd);
        front -= char.IsHighSurrogate(text[front - 1]) ? 1 : 0;
        back += char.IsLowSurrogate(text[back]) ? 1 : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text.ToString(0, front)} ... ({back - front} more characters) ... {text.ToString(back, text.Length - back)}"
        );
    }
}
