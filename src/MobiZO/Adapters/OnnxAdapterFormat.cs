using System.Runtime.InteropServices;
using System.Text;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;
using MobiZO.Checkpoints.Storage;
using MobiZO.Programs.Assembling;

namespace MobiZO.Adapters;

/// <summary>
/// Adapters as ONNX Runtime reads them (<c>.onnx_adapter</c>): named tensors that are given to a session beside its inputs. Here they are
/// the inputs of the programs that are written as ONNX: all A and all B, flat, in the order of the model's layers.
/// </summary>
/// <remarks>
/// Source: onnxruntime, <c>lora/adapter_format/adapter_schema.fbs</c>, a schema of FlatBuffers. What is written is one table of versions
/// and parameters; every offset points forward, so that it is written front to back.
/// </remarks>
internal sealed class OnnxAdapterFormat : IAdapterFormat
{
    private const int FormatVersion = 1;
    private const int Float = 1;
    private const int TableBytes = 20;
    private const int TableOfFields = 12;

    public AdapterFormat Format => AdapterFormat.OnnxAdapter;

    public string Description => "a file of ONNX Runtime (.onnx_adapter)";

    /// <summary>Never: such a file names no module.</summary>
    public bool CanRead(string path) => false;

    public LoraAdapter Read(string path, ModelDescription? model) =>
        throw new CheckpointException($"{path}: files of ONNX Runtime do not say which modules they act on, so they are not read.");

    public void Write(LoraAdapter adapter, string path, ModelDescription? model)
    {
        if (model is null)
        {
            throw new CheckpointException($"{path}: the tensors of this format lie in the order of a model. Give the model as well.");
        }

        var order = model
            .Layers.SelectMany(layer => layer.Linears)
            .Select(linear => linear.Module)
            .Index()
            .ToDictionary(pair => pair.Item, pair => pair.Index);
        if (adapter.Modules.FirstOrDefault(module => !order.ContainsKey(module.Name)) is { } unknown)
        {
            throw new CheckpointException(
                $"The model has no linear layer '{unknown.Name}', which the adapter acts on. Use the model it was made on."
            );
        }

        LoraModule[] modules = [.. adapter.Modules.OrderBy(module => order[module.Name])];
        (string Name, float[] Values)[] parameters =
        [
            (ProgramNames.AdapterA, [.. modules.SelectMany(module => module.A)]),
            (ProgramNames.AdapterB, [.. modules.SelectMany(module => module.B)]),
        ];
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        AtomicFile.Write(path, stream => stream.Write(Bytes(parameters)));
    }

    private static byte[] Bytes((string Name, float[] Values)[] parameters)
    {
        var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);

        // Where the root table is, and what the file is.
        writer.Write(8 + TableOfFields);
        writer.Write("TORT"u8);
        WriteFields(writer);
        writer.Write(TableOfFields);
        writer.Write(FormatVersion);
        writer.Write(0);
        writer.Write(0);
        writer.Write(sizeof(uint));
        writer.Write(parameters.Length);
        var tables = (int)buffer.Position + (parameters.Length * sizeof(uint)) + TableOfFields;
        for (var i = 0; i < parameters.Length; i++)
        {
            writer.Write(tables + (i * TableBytes) - (int)buffer.Position);
        }

        WriteFields(writer);
        var places = new List<(int Name, int Dimensions, int Data)>();
        foreach (var _ in parameters)
        {
            var table = (int)buffer.Position;
            writer.Write(table - (tables - TableOfFields));
            places.Add((table + 4, table + 8, table + 16));
            writer.Write(0);
            writer.Write(0);
            writer.Write(Float);
            writer.Write(0);
        }

        foreach (var ((_, values), place) in parameters.Zip(places))
        {
            var name = Encoding.UTF8.GetBytes(parameters[places.IndexOf(place)].Name);
            Begin(writer, place.Name, 4, name.Length);
            writer.Write(name);
            writer.Write((byte)0);
            Begin(writer, place.Dimensions, 8, 1);
            writer.Write(values.LongLength);
            Begin(writer, place.Data, 8, checked(values.Length * sizeof(float)));
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        return buffer.ToArray();
    }

    /// <summary>Where the four fields of a table lie: both tables have four, each of four bytes.</summary>
    private static void WriteFields(BinaryWriter writer)
    {
        foreach (var value in (ReadOnlySpan<short>)[TableOfFields, TableBytes, 4, 8, 12, 16])
        {
            writer.Write(value);
        }
    }

    /// <summary>Begins a list whose items are aligned, and points to it from where it belongs.</summary>
    private static void Begin(BinaryWriter writer, int place, int alignment, int count)
    {
        while ((writer.BaseStream.Position + sizeof(uint)) % alignment != 0)
        {
            writer.Write((byte)0);
        }

        var here = (int)writer.BaseStream.Position;
        writer.BaseStream.Position = place;
        writer.Write(here - place);
        writer.BaseStream.Position = here;
        writer.Write(count);
    }
}
