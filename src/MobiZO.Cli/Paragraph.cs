using System.Globalization;
using System.Text;

namespace MobiZO.Cli;

/// <summary>A message as one paragraph: what it quotes of a broken file must not fill the screen or break its lines.</summary>
internal static class Paragraph
{
    /// <summary>Most characters of a message.</summary>
    public const int MaxLength = 2000;

    private const int KeptAtEnd = 200;

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

        var left = text.Length - MaxLength;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{text.ToString(0, MaxLength - KeptAtEnd)} ... ({left} more characters) ... {text.ToString(text.Length - KeptAtEnd, KeptAtEnd)}"
        );
    }
}
