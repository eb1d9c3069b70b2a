using System.Buffers.Binary;

namespace MobiZO.ExecuTorch.Format;

/// <summary>
/// What a delegate is given when its method is loaded. In files without named data the constants of all delegates lie behind all payloads,
/// once, and every payload reaches from its own beginning to the end of them.
/// </summary>
/// <param name="Bytes">The payload, its header first.</param>
/// <param name="Reads">Constants that are not known by name: where in the payload their place (64 bits) stands, and their name.</param>
/// <param name="Header">Where in the payload stand the distance to the constants (32 bits) and behind it their size (64 bits).</param>
internal sealed record PtePayload(byte[] Bytes, IReadOnlyList<(int Field, string Name)> Reads, int Header)
{
    /// <summary>The payload in its file.</summary>
    /// <param name="distance">From its beginning to the constants, in bytes.</param>
    /// <param name="size">Of the constants, in bytes.</param>
    /// <param name="placeOf">The place of a constant among them, in bytes.</param>
    public byte[] With(long distance, long size, Func<string, long> placeOf)
    {
        if (Reads.Count == 0)
        {
            return Bytes;
        }

        byte[] bytes = [.. Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Header), checked((uint)distance));
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Header + sizeof(uint)), size);
        foreach (var (field, name) in Reads)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(field), placeOf(name));
        }

        return bytes;
    }
}
