using System.Buffers;
using System.Globalization;
using System.Text;

namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Reads runs of byte tokens (&lt;0x41&gt;) as UTF-8; a byte that is no part of a character becomes U+FFFD.</summary>
/// <param name="spoilsRun">
/// Whether one broken byte turns every byte of its run into U+FFFD, as in tokenizer.json; SentencePiece keeps the characters around it.
/// </param>
internal sealed class ByteFallbackDecoder(bool spoilsRun) : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        var run = new List<byte>();
        foreach (string token in tokens)
        {
            if (TryReadByte(token, out byte value))
            {
                run.Add(value);
                continue;
            }

            Flush(run, result);
            result.Add(token);
        }

        Flush(run, result);
        return result;
    }

    private static bool TryReadByte(string token, out byte value)
    {
        value = 0;
        return token.Length == 6
            && token.StartsWith("<0x", StringComparison.Ordinal)
            && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private void Flush(List<byte> run, List<string> result)
    {
        if (run.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. run];
        run.Clear();
        if (spoilsRun && !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            result.AddRange(Enumerable.Repeat("\uFFFD", bytes.Length));
            return;
        }

        for (int index = 0; index < bytes.Length; )
        {
            OperationStatus status = Rune.DecodeFromUtf8(bytes.AsSpan(index), out Rune rune, out int length);
            result.Add(rune.ToString());
            index += status == OperationStatus.Done ? length : 1;
        }
    }
}
