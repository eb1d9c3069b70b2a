namespace MobiZO.Slow.Tests.Text;

/// <summary>A minimal reader of GGUF metadata, so that these tests need no other project.</summary>
internal static class GgufMetadata
{
    public static Dictionary<string, object> Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path));
        Assert.Equal("GGUF"u8.ToArray(), reader.ReadBytes(4));
        Assert.InRange(reader.ReadUInt32(), 2u, 3u);
        reader.ReadUInt64();
        ulong count = reader.ReadUInt64();
        var metadata = new Dictionary<string, object>();
        for (ulong entry = 0; entry < count; entry++)
        {
            string key = ReadText(reader);
            metadata[key] = ReadValue(reader, reader.ReadUInt32());
        }

        return metadata;
    }

    public static GgufVocabulary Vocabulary(string path)
    {
        Dictionary<string, object> metadata = Read(path);
        return new GgufVocabulary
        {
            Source = path,
            Model = (string)metadata["tokenizer.ggml.model"],
            Pre = Find("pre") as string,
            Tokens = [.. ((object[])metadata["tokenizer.ggml.tokens"]).Cast<string>()],
            Scores = (Find("scores") as object[])?.Cast<float>().ToArray(),
            TokenTypes = (Find("token_type") as object[])?.Select(Convert.ToInt32).ToArray(),
            Merges = (Find("merges") as object[])?.Cast<string>().ToArray(),
            BosId = Number("bos_token_id"),
            EosId = Number("eos_token_id"),
            UnkId = Number("unknown_token_id"),
            AddBos = Find("add_bos_token") as bool?,
            AddEos = Find("add_eos_token") as bool?,
            AddSpacePrefix = Find("add_space_prefix") as bool?,
        };

        object? Find(string key) => metadata.GetValueOrDefault($"tokenizer.ggml.{key}");

        int? Number(string key) => Find(key) is { } value ? Convert.ToInt32(value) : null;
    }

    private static object ReadValue(BinaryReader reader, uint type) =>
        type switch
        {
            0 => reader.ReadByte(),
            1 => reader.ReadSByte(),
            2 => reader.ReadUInt16(),
            3 => reader.ReadInt16(),
            4 => reader.ReadUInt32(),
            5 => reader.ReadInt32(),
            6 => reader.ReadSingle(),
            7 => reader.ReadByte() != 0,
            8 => ReadText(reader),
            9 => ReadList(reader),
            10 => reader.ReadUInt64(),
            11 => reader.ReadInt64(),
            12 => reader.ReadDouble(),
            _ => throw new InvalidDataException($"metadata type {type}"),
        };

    private static object[] ReadList(BinaryReader reader)
    {
        uint type = reader.ReadUInt32();
        var items = new object[reader.ReadUInt64()];
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = ReadValue(reader, type);
        }

        return items;
    }

    private static string ReadText(BinaryReader reader) =>
        System.Text.Encoding.UTF8.GetString(reader.ReadBytes(checked((int)reader.ReadUInt64())));
}
