using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace MobiZO.Cli.QuickStart;

/// <summary>The subject and the first readable words of a raw mail: enough of RFC 822 and MIME for the quick start's data.</summary>
internal sealed partial record MailText(string Subject, string Body)
{
    private const int MostNestedParts = 8;

    /// <summary>Reads a raw mail. Damaged encodings are read as they stand; nothing throws.</summary>
    /// <param name="raw">The mail with its headers, one char a byte (Latin-1).</param>
    /// <param name="bodyLength">Most characters of the body that are kept.</param>
    public static MailText Parse(string raw, int bodyLength)
    {
        var (headers, body) = SplitHeaders(raw.ReplaceLineEndings("\n"));
        var subject = DecodeWords(Header(headers, "Subject"));
        var text = Squeeze(Readable(headers, body, MostNestedParts));
        return new MailText(Squeeze(subject), text.Length <= bodyLength ? text : CutAtWord(text, bodyLength));
    }

    private static (string Headers, string Body) SplitHeaders(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 2)..]);
    }

    private static string Header(string headers, string name)
    {
        foreach (var line in FoldedLines().Replace(headers, " ").Split('\n'))
        {
            if (line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return "";
    }

    private static string Readable(string headers, string body, int depth)
    {
        var type = Header(headers, "Content-Type");
        var boundary = Boundary().Match(type);
        if (depth > 0 && type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase) && boundary.Success)
        {
            // The first part that holds words: writers put the plain text before the HTML.
            return body.Split("--" + boundary.Groups[1].Value)
                    .Skip(1)
                    .Select(part => SplitHeaders(part.TrimStart('\n')))
                    .Select(part => Readable(part.Headers, part.Body, depth - 1))
                    .FirstOrDefault(text => !string.IsNullOrWhiteSpace(text))
                ?? "";
        }

        if (type.Length > 0 && !type.StartsWith("text/", StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        var decoded = Decode(Header(headers, "Content-Transfer-Encoding"), body);
        return type.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) || LooksLikeHtml().IsMatch(decoded)
            ? StripHtml(decoded)
            : decoded;
    }

    private static string Decode(string encoding, string body) =>
        encoding.ToLowerInvariant() switch
        {
            "base64" => FromBase64(body) ?? body,
            "quoted-printable" => FromQuotedPrintable(body.Replace("=\n", "", StringComparison.Ordinal)),
            _ => body,
        };

    private static string DecodeWords(string text) =>
        EncodedWord()
            .Replace(
                text,
                match =>
                    match.Groups[1].Value.Equals("b", StringComparison.OrdinalIgnoreCase)
                        ? FromBase64(match.Groups[2].Value) ?? match.Value
                        : FromQuotedPrintable(match.Groups[2].Value.Replace('_', ' '))
            );

    private static string? FromBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.ReplaceLineEndings("").Trim(), bytes, out var count)
            ? Encoding.Latin1.GetString(bytes, 0, count)
            : null;
    }

    private static string FromQuotedPrintable(string text) =>
        HexByte()
            .Replace(
                text,
                match => ((char)int.Parse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString()
            );

    private static string StripHtml(string html) => WebUtility.HtmlDecode(Tags().Replace(Hidden().Replace(html, " "), " "));

    private static string Squeeze(string text)
    {
        var readable = new string([.. text.Select(character => char.IsControl(character) ? ' ' : character)]);
        return Spaces().Replace(readable, " ").Trim();
    }

    private static string CutAtWord(string text, int length)
    {
        var space = text.LastIndexOf(' ', length);
        return text[..(space > length / 2 ? space : length)];
    }

    [GeneratedRegex(@"\n[ \t]+")]
    private static partial Regex FoldedLines();

    [GeneratedRegex(@"boundary\s*=\s*""?([^"";\n]+)""?", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"=\?[^?\s]+\?([bq])\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex EncodedWord();

    [GeneratedRegex("=([0-9A-Fa-f]{2})")]
    private static partial Regex HexByte();

    [GeneratedRegex(@"<\s*(html|body|table|font|head|p|br)\b", RegexOptions.IgnoreCase)]
    private static partial Regex LooksLikeHtml();

    [GeneratedRegex(@"<(style|script|title|head)\b.*?</\1\s*>|<!--.*?-->", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Hidden();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
