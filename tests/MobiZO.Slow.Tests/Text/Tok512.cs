using MobiZO.TestKit;

namespace MobiZO.Slow.Tests.Text;

/// <summary>The vocabulary of stories260K in the llama2.c layout (longest token; then score, length and bytes of each token).</summary>
internal static class Tok512
{
    public const string File = "models/stories260K/tok512.bin";

    public static GgufVocabulary Vocabulary(bool removeExtraWhitespaces)
    {
        using var reader = new BinaryReader(System.IO.File.OpenRead(Shared.PathOf(File)));
        reader.ReadInt32();
        var scores = new List<float>();
        var tokens = new List<string>();
        var types = new List<int>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            scores.Add(reader.ReadSingle());
            // That layout writes a space for the visible space and line feeds around BOS and EOS.
            string token = System.Text.Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));
            tokens.Add(tokens.Count is 1 or 2 ? token.Trim('\n') : token.Replace(' ', '\u2581'));
            types.Add(
                tokens.Count - 1 is 0 ? 2
                : tokens.Count - 1 is 1 or 2 ? 3
                : tokens.Count - 1 < 259 ? 6
                : 1
            );
        }

        return new GgufVocabulary
        {
            Source = File,
            Model = "llama",
            Tokens = tokens,
            Scores = scores,
            TokenTypes = types,
            BosId = 1,
            EosId = 2,
            UnkId = 0,
            RemoveExtraWhitespaces = removeExtraWhitespaces,
        };
    }
}
