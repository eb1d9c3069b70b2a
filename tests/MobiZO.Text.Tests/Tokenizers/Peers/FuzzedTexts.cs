using System.Text;

namespace MobiZO.Text.Tests.Tokenizers.Peers;

/// <summary>
/// Random texts of everything that a tokenizer treats in a way of its own. The same seed makes the same texts. There are no lone
/// surrogates: the peer takes well-formed text only.
/// </summary>
internal sealed class FuzzedTexts
{
    private const string Marks = "\u0300\u0301\u0308\u030A\u0323\u0327\u0345\u05B4\u064B\u0651\u093C\u094D\u0E31\u20DD\u3099\u309A\uFE20";
    private const string Spaces = "     \t\n\n\r\u000B\u000C\u0085\u00A0\u1680\u2003\u2009\u2028\u2029\u202F\u205F\u3000\u180E\u200B\uFEFF";
    private const string Invisible = "\u200C\u200D\u200E\u200F\u202A\u202B\u202C\u202E\u2066\u2069\u00AD\uFE0F\uFE0E\uFFFD\uFFFC";
    private const string VisibleSpaces = "\u2581\u0120\u010A";

    private static readonly string[] s_words =
    [
        "the",
        "The",
        "HTTP",
        "hello",
        "world",
        "I'm",
        "don't",
        "WE'LL",
        "they've",
        "it's",
        "o'clock",
        "na\u00EFve",
        "Stra\u00DFe",
        "x",
    ];

    private static readonly string[] s_code =
    [
        "def f(x):\n\treturn x**2\n",
        "for (int i = 0; i < n; ++i) {",
        "    if (a != b && c <= d) {}",
        "https://example.org/a?b=c&d=%20#e",
        "{\"key\": [1, 2.5e-3, null]}",
        "<div class=\"x\">&amp;</div>",
        "SELECT * FROM t;--",
        "\\u00e9\\n",
        "a_b-c.d/e\\f",
        "#!/bin/sh\r\n",
        "x = y ? 'a' : \"b\";",
        "/* **/ // ///",
        "1_000_000L",
        "0x1F",
        "=====",
        "-----",
        "......",
        "\n\n\n",
        "\r\n\r\n",
    ];

    private static readonly string[] s_emoji =
    [
        "\U0001F600",
        "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466",
        "\U0001F44D\U0001F3FD",
        "\U0001F1E9\U0001F1EA",
        "\u2764\uFE0F",
        "1\uFE0F\u20E3",
        "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
        "\u263A",
        "\U0001F926\U0001F3FB\u200D\u2642\uFE0F",
    ];

    /// <summary>
    /// Blocks with letters, digits, marks and signs of many scripts; within a block all code points come, assigned or not.
    /// </summary>
    private static readonly (int First, int Last)[] s_blocks =
    [
        (0x21, 0x7E),
        (0x80, 0xFF),
        (0x100, 0x24F),
        (0x250, 0x36F),
        (0x370, 0x3FF),
        (0x400, 0x52F),
        (0x531, 0x58F),
        (0x590, 0x5FF),
        (0x600, 0x6FF),
        (0x700, 0x8FF),
        (0x900, 0xDFF),
        (0xE00, 0xEFF),
        (0xF00, 0xFFF),
        (0x1000, 0x109F),
        (0x10A0, 0x10FF),
        (0x1100, 0x11FF),
        (0x1200, 0x139F),
        (0x13A0, 0x167F),
        (0x1780, 0x18AF),
        (0x1C80, 0x1CBF),
        (0x1D00, 0x1DFF),
        (0x1E00, 0x1FFF),
        (0x2000, 0x20CF),
        (0x2100, 0x218F),
        (0x2190, 0x23FF),
        (0x2460, 0x24FF),
        (0x2E80, 0x2FDF),
        (0x3000, 0x30FF),
        (0x3130, 0x318F),
        (0x3200, 0x33FF),
        (0x3400, 0x9FFF),
        (0xA000, 0xA8FF),
        (0xAC00, 0xD7A3),
        (0xD7B0, 0xD7FF),
        (0xF900, 0xFAFF),
        (0xFB00, 0xFDFF),
        (0xFE20, 0xFEFF),
        (0xFF00, 0xFFEF),
        (0x10000, 0x107FF),
        (0x10800, 0x10FFF),
        (0x11000, 0x11FFF),
        (0x1D100, 0x1D1FF),
        (0x1D400, 0x1D7FF),
        (0x1E900, 0x1EEFF),
        (0x1F100, 0x1F2FF),
        (0x1F300, 0x1FAFF),
        (0x20000, 0x2A6DF),
        (0x2F800, 0x2FA1F),
        (0xE0000, 0xE01EF),
    ];

    private readonly Random _random;
    private readonly IReadOnlyList<string> _specials;

    private FuzzedTexts(int seed, IReadOnlyList<string> specials)
    {
        _random = new Random(seed);
        _specials = specials;
    }

    /// <summary>Makes texts; those of <paramref name="specials"/> occur in them, whole and in part.</summary>
    public static string[] Make(int seed, int count, IReadOnlyList<string> specials)
    {
        var texts = new FuzzedTexts(seed, specials);
        return [.. Enumerable.Range(0, count).Select(_ => texts.Next())];
    }

    private string Next()
    {
        var text = new StringBuilder();
        int fragments = 1 + _random.Next(10);
        for (int fragment = 0; fragment < fragments; fragment++)
        {
            Append(text);
            if (_random.Next(3) == 0)
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }

    private void Append(StringBuilder text)
    {
        switch (_random.Next(16))
        {
            case 0 or 1:
                text.Append(Pick(s_words)).Append(Pick(["", " ", ", ", ".", "'s", "'", "-"])).Append(Pick(s_words));
                break;
            case 2:
                text.Append(Pick(s_code));
                break;
            case 3:
                Repeat(8, () => text.Append((char)(' ' + _random.Next(95))));
                break;
            case 4:
                Repeat(12, () => text.Append((char)('0' + _random.Next(10))));
                break;
            case 5:
                Repeat(6, () => text.Append(Pick(Spaces)));
                break;
            case 6:
                text.Append(' ', 1 + _random.Next(20));
                break;
            case 7:
                text.Append((char)_random.Next(_random.Next(4) == 0 ? 0xA0 : 0x20));
                break;
            case 8:
                text.Append(Pick(s_emoji));
                break;
            case 9:
                text.Append(Pick(_specials));
                break;
            case 10:
                string special = Pick(_specials);
                text.Append(special.AsSpan(0, 1 + _random.Next(special.Length)));
                break;
            case 11:
                AppendScalar(text, s_blocks[_random.Next(s_blocks.Length)]);
                Repeat(5, () => text.Append(Pick(Marks)));
                break;
            case 12:
                // A plane first, so that none of the seventeen is missed.
                int plane = _random.Next(17) << 16;
                Repeat(3, () => AppendScalar(text, (plane, plane + 0xFFFF)));
                break;
            case 13:
                text.Append(Pick(Invisible + VisibleSpaces));
                break;
            default:
                (int First, int Last) block = s_blocks[_random.Next(s_blocks.Length)];
                Repeat(8, () => AppendScalar(text, block));
                break;
        }
    }

    private void AppendScalar(StringBuilder text, (int First, int Last) range)
    {
        int codePoint = _random.Next(range.First, range.Last + 1);
        text.Append(Rune.IsValid(codePoint) && !IsTooNew(codePoint) ? new Rune(codePoint).ToString() : "\uFFFD");
    }

    /// <summary>
    /// Whether Unicode 17 made the code point a number or an upper-case letter. The peer was built with a compiler that knows Unicode 17;
    /// .NET 10 knows Unicode 16. Every other code point was compared one by one and agrees.
    /// </summary>
    private static bool IsTooNew(int codePoint) =>
        codePoint
            is 0xA7CE
                or 0xA7D2
                or 0xA7D4
                or (>= 0x11DE0 and <= 0x11DE9)
                or (>= 0x16EA0 and <= 0x16EB8)
                or (>= 0x16FF4 and <= 0x16FF6);

    private void Repeat(int most, Action action)
    {
        for (int count = 1 + _random.Next(most); count > 0; count--)
        {
            action();
        }
    }

    private string Pick(IReadOnlyList<string> items) => items[_random.Next(items.Count)];

    private char Pick(string characters) => characters[_random.Next(characters.Length)];
}
