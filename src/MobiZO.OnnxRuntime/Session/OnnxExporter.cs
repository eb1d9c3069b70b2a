using System.Runtime.InteropServices;
using Google.Protobuf;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.Checkpoints.WeightFiles;
using MobiZO.OnnxRuntime.Lowering;
using MobiZO.OnnxRuntime.Lowering.Format;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// Writes a program as an ONNX model with its weights in one external data file beside it (<c>name.onnx</c>, <c>name.onnx.data</c>).
/// </summary>
public sealed class OnnxExporter : IHostDecoderExporter
{
    /// <inheritdoc/>
    public void Write(
        Program program,
        IWeightSource weights,
        string path,
        WeightFormat format,
        Extents? extents = null,
        string? targetRuntime = null
    )
    {
        ArgumentNullException.ThrowIfNull(program);
        _ = TargetRuntimeOf(targetRuntime);
        Write(program, weights, path, format, new Dictionary<string, float[]>(StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public void Write(Program program, IWeightSource weights, string path, WeightFormat format, IReadOnlyDictionary<string, float[]> values)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(values);
        foreach (var weight in program.Weights)
        {
            WeightCheck.Require(weights, weight);
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var data = Path.GetFileName(path) + ".data";
        var source = QuantizedWeights.In(format, weights);
        var layout =
            program.Weights.Count == 0
                ? WeightLayout.Of(source, [])
                : WeightFile.Export(Path.Combine(folder, data), source, program.Weights.Select(weight => weight.Name));
        var model = OnnxLowering.Lower(program, data, weight => layout.OffsetOf(weight.Name), weight => layout.PlaceOf(weight.Name));
        foreach (var (input, numbers) in values)
        {
            // A graph input with an initializer of its name may be left out by the caller.
            var tensor = new TensorProto
            {
                Name = input,
                DataType = (int)TensorType.Float,
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(numbers.AsSpan())),
            };
            tensor.Dims.Add(numbers.Length);
            model.Graph.Initializer.Add(tensor);
        }

        AtomicFile.Write(path, model.ToByteArray());
    }

    /// <inheritdoc/>
    public string? TargetRuntimeOf(string? version) =>
        version is null
            ? null
            : throw new ProgramException("ONNX models say themselves what they need: they are not written for a release of ONNX Runtime.")
            {
                IsSetting = true,
            };

    /// <summary>Whether a file begins as ONNX models do: the version of the format, which is a small number, then the next field.</summary>
    public bool IsProgram(string path)
    {
        Span<byte> start = stackalloc byte[3];
        using var stream = File.OpenRead(path);
        const byte FieldOfVersion = 1 << 3;
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start[0] == FieldOfVersion
            && start[1] is >= 3 and < 32
            && (start[2] >> 3) is >= 2 and <= 25;
    }
}
