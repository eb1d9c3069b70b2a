using MobiZO.Text.Tokenizers;

namespace MobiZO.Peers.Tests.LlamaCpp;

/// <summary>Writes a GGUF file that holds a vocabulary and nothing else.</summary>
internal static class VocabularyFile
{
    private const uint Version = 3;
    private const uint Int32 = 5;
    private const uint Float32 = 6;
    private const uint Boolean = 7;
    private const uint String = 8;
    private const uint Array = 9;
    private const uint UnsignedInt32 = 4;

    public static void Write(string path, GgufVocabulary vocabulary)
    {
        var entries = new List<Action<BinaryWriter>>
        {
            Entry("general.architecture", String, writer => Write(writer, "llama")),
            Entry("tokenizer.ggml.model", String, writer => Write(writer, vocabulary.Model)),
            List("tokenizer.ggml.tokens", String, vocabulary.Tokens, Write),
            List("tokenizer.ggml.token_type", Int32, vocabulary.TokenTypes!, (writer, type) => writer.Write(type)),
            Entry("tokenizer.ggml.add_bos_token", Boolean, writer => writer.Write(vocabulary.AddBos ?? false)),
            Entry("tokenizer.ggml.bos_token_id", UnsignedInt32, writer => writer.Write(vocabulary.BosId ?? 0)),
            Entry("tokenizer.ggml.eos_token_id", UnsignedInt32, writer => writer.Write(vocabulary.EosId ?? 0)),
        };
        if (vocabulary.Pre is { } pre)
        {
            entries.Add(Entry("tokenizer.ggml.pre", String, writer => Write(writer, pre)));
        }

        if (vocabulary.Merges is { } merges)
        {
            entries.Add(List("tokenizer.ggml.merges", String, merges, Write));
        }

        if (vocabulary.Scores is { } scores)
        {
            entries.Add(List("tokenizer.ggml.scores", Float32, scores, (writer, score) => writer.Write(score)));
        }

        using var file = new BinaryWriter(File.Create(path));
        file.Write("GGUF"u8);
        file.Write(Version);
        file.Write(0L);
        file.Write((long)entries.Count);
        entries.ForEach(entry => entry(file));
    }

    private static Action<BinaryWriter> Entry(string key, uint type, Action<BinaryWriter> value) =>
        writer =>
        {
            Write(writer, key);
            writer.Write(type);
            value(writer);
        };

    private static Action<BinaryWriter> List<T>(string key, uint type, IReadOnlyList<T> items, Action<BinaryWriter, T> write) =>
        Entry(
            key,
            Array,
            writer =>
            {
                writer.Write(type);
                writer.Write((long)items.Count);
                foreach (var item in items)
                {
                    write(writer, item);
                }
            }
        );

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }
}
