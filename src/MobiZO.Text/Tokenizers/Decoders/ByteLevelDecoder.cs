using MobiZO.Text.Tokenizers.Alignment;

namespace MobiZO.Text.Tokenizers.Decoders;

/// <summary>Reads the byte alphabet; a token with any other character stands for itself. Broken UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelDecoder : IDecoder
{
    public List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (string token in tokens)
        {
            int before = bytes.Count;
            foreach (char unit in token)
            {
                int value = ByteAlphabet.Byte(unit);
                if (value < 0)
                {
                    bytes.RemoveRange(before, bytes.Count - before);
                    bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(token));
                    break;
                }

                bytes.Add((byte)value);
            }
        }

        return [System.Text.Encoding.UTF8.GetString([.. bytes])];
    }
}
