using System.Buffers.Binary;
using System.Text;

namespace MobiZO.Checkpoints.Tests;

/// <summary>Builds safetensors files of any type, and broken ones.</summary>
internal static class SafetensorsBytes
{
    public static byte[] Build(params (string Name, string Type, int[] Shape, byte[] Data)[] tensors)
    {
        var header = new StringBuilder("{");
        int offset = 0;
        foreach ((string name, string type, int[] shape, byte[] data) in tensors)
        {
            header.Append(offset == 0 && header.Length == 1 ? "" : ",");
            header.Append(
                $"\"{name}\":{{\"dtype\":\"{type}\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{offset},{offset + data.Length}]}}"
            );
            offset += data.Length;
        }

        return Raw(Encoding.UTF8.GetBytes(header.Append('}').ToString()), [.. tensors.SelectMany(tensor => tensor.Data)]);
    }

    public static byte[] Raw(byte[] header, byte[] data)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        return [.. length, .. header, .. data];
    }
}
