using System.Buffers.Binary;
using Google.FlatBuffers;
using MobiZO.ExecuTorch.Format;

namespace MobiZO.ExecuTorch.Delegates;

/// <summary>
/// The payload of a delegate of XNNPACK that computes one frozen linear layer in fp32: [m, in] -> [m, out]. Field numbers are those of
/// ExecuTorch's <c>backends/xnnpack/serialization/schema.fbs</c>.
/// </summary>
internal static class XnnLinear
{
    /// <summary>Name of the backend.</summary>
    public const string Backend = "XnnpackBackend";

    private const int HeaderBytes = 30;
    private const int FlatPlace = 64;
    private const int Alignment = 64;
    private const short Float32 = 1;
    private const int External = 1;
    private const int ExternalOutput = 2;
    private const byte FullyConnected = 2;
    private const uint None = uint.MaxValue;

    /// <summary>Writes the payload.</summary>
    /// <param name="rows">m.</param>
    /// <param name="matrix">W [out, in].</param>
    /// <param name="bias">Bias [out]; null: none.</param>
    /// <param name="outputs">out.</param>
    /// <param name="inputs">in.</param>
    public static PteConstant Payload(int rows, PteConstant matrix, PteConstant? bias, int outputs, int inputs)
    {
        PteConstant[] data = bias is null ? [matrix] : [matrix, bias];
        var places = new long[data.Length];
        long size = 0;
        for (var i = 0; i < data.Length; i++)
        {
            places[i] = size = Align(size);
            size += data[i].Bytes;
        }

        var flat = Flat(rows, outputs, inputs, [.. data.Zip(places, (constant, place) => (place, constant.Bytes))]);
        var start = FlatPlace + Align(flat.Length);
        var head = new byte[start];
        "XH00"u8.CopyTo(head.AsSpan(4));
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(8), HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(10), FlatPlace);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(14), flat.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), (int)start);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(22), size);
        flat.CopyTo(head, FlatPlace);
        return new PteConstant(
            start + size,
            stream =>
            {
                stream.Write(head);
                long place = 0;
                for (var i = 0; i < data.Length; i++)
                {
                    stream.Write(new byte[places[i] - place]);
                    data[i].Write(stream);
                    place = places[i] + data[i].Bytes;
                }
            }
        );
    }

    private static long Align(long place) => (place + Alignment - 1) / Alignment * Alignment;

    private static byte[] Flat(int rows, int outputs, int inputs, (long Place, long Bytes)[] data)
    {
        // Values 0 and 1 are the arguments of the call; then the matrix and the bias.
        var builder = new FlatBufferBuilder(1024);
        var values = new List<int>
        {
            Value(builder, Tensor(builder, [rows, inputs], data: 0, external: 0, External, id: 0)),
            Value(builder, Tensor(builder, [rows, outputs], data: 0, external: 1, ExternalOutput, id: 1)),
            Value(builder, Tensor(builder, [outputs, inputs], data: 1, None, flags: 0, id: 2)),
        };
        if (data.Length > 1)
        {
            values.Add(Value(builder, Tensor(builder, [outputs], data: 2, None, flags: 0, id: 3)));
        }

        var layer = builder.Table(
            5,
            () =>
            {
                builder.AddUint(0, 0, 0);
                builder.AddUint(1, 2, 0);
                builder.AddUint(2, data.Length > 1 ? 3 : None, 0);
                builder.AddUint(3, 1, 0);
            }
        );
        var node = builder.Union(4, FullyConnected, layer);
        (long Place, long Bytes)[] withUnused = [(0, 0), .. data];
        int[] constants = [.. withUnused.Select(entry => builder.Range(3, entry.Place, entry.Bytes))];
        var (constantVector, nodeVector, valueVector) = (builder.Tables(constants), builder.Tables([node]), builder.Tables(values));
        var (inputVector, outputVector) = (builder.Numbers(0), builder.Numbers(1));
        var version = builder.CreateString("0").Value;
        var root = builder.Table(
            9,
            () =>
            {
                builder.AddOffset(0, version, 0);
                builder.AddOffset(1, nodeVector, 0);
                builder.AddOffset(2, valueVector, 0);
                builder.AddUint(3, 2, 0);
                builder.AddOffset(4, inputVector, 0);
                builder.AddOffset(5, outputVector, 0);
                builder.AddOffset(8, constantVector, 0);
            }
        );
        builder.Finish(root, "XN01");
        return builder.SizedByteArray();
    }

    private static int Tensor(FlatBufferBuilder builder, int[] shape, int data, uint external, int flags, int id)
    {
        var extents = builder.Numbers(shape);
        return builder.Table(
            7,
            () =>
            {
                builder.AddOffset(2, extents, 0);
                builder.AddUint(1, (uint)shape.Length, 0);
                builder.AddUint(3, (uint)data, 0);
                builder.AddUint(4, external, 0);
                builder.AddUint(5, (uint)flags, 0);
                builder.AddUint(6, (uint)id, 0);
                builder.AddShort(0, Float32, 0);
            }
        );
    }

    private static int Value(FlatBufferBuilder builder, int tensor) => builder.Union(2, 1, tensor);
}
