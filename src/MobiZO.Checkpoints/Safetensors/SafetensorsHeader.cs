using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;
using MobiZO.Checkpoints.Json;
using MobiZO.Checkpoints.Storage;

namespace MobiZO.Checkpoints.Safetensors;

/// <summary>Reads and checks the header of a safetensors file: 8 bytes of length (little endian), JSON, then the data.</summary>
internal sealed class SafetensorsHeader
{
    public const int MaximumLength = 100_000_000;

    private readonly string _path;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly Dictionary<string, SafetensorsTensor> _tensors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private bool _hasMetadata;

    private SafetensorsHeader(string path, long dataStart, long dataLength)
    {
        _path = path;
        _dataStart = dataStart;
        _dataLength = dataLength;
    }

    /// <summary>By name, in the order of the data.</summary>
    public OrderedDictionary<string, SafetensorsTensor> Tensors { get; } = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    public static SafetensorsHeader Read(MappedFile file)
    {
        ForeignFile.Refuse(file);
        if (file.Length < 8)
        {
            throw new CheckpointException($"{file.Path}: not a safetensors file: expected at least 8 bytes, found {file.Length}.");
        }

        using MappedBytes bytes = file.Borrow();
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(0, 8));
        if (length > MaximumLength)
        {
            throw new CheckpointException(
                $"{file.Path}: not a safetensors file: expected a header of at most {MaximumLength} bytes, found a length of {length}."
            );
        }

        if ((long)length > file.Length - 8)
        {
            throw new CheckpointException(
                $"{file.Path}: the header is cut off: expected {length} bytes after the first 8, found {file.Length - 8}. Was the "
                    + $"download completed?"
            );
        }

        var header = new SafetensorsHeader(file.Path, 8 + (long)length, file.Length - 8 - (long)length);
        header.Parse(bytes.Slice(8, (int)length));
        header.CheckCoverage();
        return header;
    }

    private void Parse(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != (byte)'{' || !Utf8.IsValid(json))
        {
            throw new CheckpointException(
                $"{_path}: not a safetensors file: expected a header of UTF-8 JSON that starts with '{{', found something else."
            );
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json.ToArray());
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    ReadMetadata(property.Value);
                }
                else
                {
                    ReadTensor(property.Name, property.Value);
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // Text with unpaired surrogate escapes shows up as InvalidOperationException.
            throw new CheckpointException($"{_path}: the header is not valid JSON: {JsonProblem.Of(error)}", error);
        }
    }

    private void ReadMetadata(JsonElement element)
    {
        if (_hasMetadata)
        {
            throw new CheckpointException($"{_path}: __metadata__ is given twice in the header.");
        }

        _hasMetadata = true;
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new CheckpointException($"{_path}: __metadata__: expected an object, found {element.ValueKind}.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw new CheckpointException(
                    $"{_path}: __metadata__ key '{property.Name}': expected a string, found {property.Value.ValueKind}."
                );
            }

            if (!_metadata.TryAdd(property.Name, property.Value.GetString()!))
            {
                throw new CheckpointException($"{_path}: __metadata__ key '{property.Name}' is given twice.");
            }
        }
    }

    private void ReadTensor(string name, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Bad(name, "an object with dtype, shape and data_offsets", element.ValueKind.ToString());
        }

        JsonElement? dtype = null,
            shape = null,
            offsets = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            switch (property.Name)
            {
                case "dtype":
                    SetOnce(name, property, ref dtype);
                    break;
                case "shape":
                    SetOnce(name, property, ref shape);
                    break;
                case "data_offsets":
                    SetOnce(name, property, ref offsets);
                    break;
                default:
                    throw Bad(name, "the keys dtype, shape and data_offsets", $"'{property.Name}'");
            }
        }

        SafetensorsType type = ReadType(name, dtype);
        long[] dimensions = ReadNumbers(name, "shape", shape);
        long[] range = ReadNumbers(name, "data_offsets", offsets);
        if (range.Length != 2 || range[0] > range[1] || range[1] > _dataLength)
        {
            throw Bad(
                name,
                $"data_offsets [begin, end] with begin <= end <= {_dataLength} (the bytes after the header)",
                $"[{string.Join(", ", range)}]"
            );
        }

        long expected = ByteLength(name, dimensions, SafetensorsTypes.SizeOf(type));
        if (range[1] - range[0] != expected)
        {
            throw Bad(
                name,
                $"{expected} bytes for {SafetensorsTypes.NameOf(type)} [{string.Join(", ", dimensions)}]",
                $"{range[1] - range[0]} bytes"
            );
        }

        if (!_tensors.TryAdd(name, new SafetensorsTensor(name, type, dimensions, _dataStart + range[0], expected)))
        {
            throw new CheckpointException($"{_path}: tensor '{name}' is given twice in the header.");
        }
    }

    private void SetOnce(string name, JsonProperty property, ref JsonElement? target)
    {
        if (target is not null)
        {
            throw Bad(name, $"'{property.Name}' once", "it twice");
        }

        target = property.Value;
    }

    private SafetensorsType ReadType(string name, JsonElement? element)
    {
        string found = element is { ValueKind: JsonValueKind.String } text ? text.GetString()! : element?.ToString() ?? "nothing";
        return SafetensorsTypes.TryParse(found, out SafetensorsType type)
            ? type
            : throw Bad(name, $"a dtype out of {SafetensorsTypes.AllNames}", found);
    }

    private long[] ReadNumbers(string name, string key, JsonElement? element)
    {
        if (element is not { ValueKind: JsonValueKind.Array } array)
        {
            throw Bad(name, $"{key} as an array of non-negative whole numbers", element?.ToString() ?? "nothing");
        }

        var numbers = new long[array.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (array[i].ValueKind != JsonValueKind.Number || !array[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                throw Bad(name, $"{key} of non-negative whole numbers below 2^63", array[i].ToString());
            }
        }

        return numbers;
    }

    private long ByteLength(string name, long[] shape, int size)
    {
        try
        {
            return shape.Aggregate((long)size, (product, dimension) => checked(product * dimension));
        }
        catch (OverflowException)
        {
            throw Bad(name, "a shape whose bytes fit into 63 bits", $"[{string.Join(", ", shape)}]");
        }
    }

    private void CheckCoverage()
    {
        long position = _dataStart;
        foreach (
            SafetensorsTensor tensor in _tensors
                .Values.OrderBy(t => t.Offset)
                .ThenBy(t => t.ByteLength)
                .ThenBy(t => t.Name, StringComparer.Ordinal)
        )
        {
            if (tensor.Offset != position)
            {
                string what = tensor.Offset < position ? "overlaps the one before it" : "leaves a gap before it";
                throw Bad(
                    tensor.Name,
                    $"data that starts at byte {position - _dataStart} of the data",
                    $"{tensor.Offset - _dataStart}: it {what}"
                );
            }

            position += tensor.ByteLength;
            Tensors.Add(tensor.Name, tensor);
        }

        if (position - _dataStart != _dataLength)
        {
            throw new CheckpointException(
                $"{_path}: expected {position - _dataStart} bytes of data after the header, found {_dataLength}."
            );
        }
    }

    private CheckpointException Bad(string tensor, string expected, string found) =>
        new($"{_path}: tensor '{tensor}': expected {expected}, found {found}.");
}
