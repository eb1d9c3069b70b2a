using System.Text.Json;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Storage;
using MobiZO.ExecuTorch.Format;
using MobiZO.ExecuTorch.Lowering;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;

namespace MobiZO.ExecuTorch;

/// <summary>
/// Writes a program as a <c>.pte</c> file with its weights inside, and beside it a <c>.json</c> file that says name, type and shape of its
/// inputs and outputs in their order.
/// </summary>
internal sealed class ExecuTorchExporter : IProgramExporter
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <inheritdoc/>
    public void Write(Program program, IWeightSource weights, string path, WeightFormat format, Extents? extents = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (format != WeightFormat.Float32)
        {
            throw new ProgramException($"Programs for ExecuTorch have fp32 weights, not {WeightFormats.NameOf(format)}.");
        }

        var symbols = Bind(program, extents ?? Extents.Any);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var method = ProgramFile.Write(path, program, symbols, weights, EngineWeights.PrefixOf(weights));
        AtomicFile.Write(
            path + ".json",
            stream =>
                JsonSerializer.Serialize(
                    stream,
                    new
                    {
                        Program = program.Name,
                        Method = method.Name,
                        Inputs = Describe(program.Inputs, method.Inputs),
                        Outputs = Describe(program.Outputs, method.Outputs),
                        PlannedBytes = method.ArenaBytes,
                    },
                    s_json
                )
        );
    }

    /// <inheritdoc/>
    public bool IsProgram(string path)
    {
        Span<byte> start = stackalloc byte[8];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[4..].SequenceEqual("ET12"u8);
    }

    private static IEnumerable<object> Describe(IReadOnlyList<Value> values, IReadOnlyList<PteTensor> tensors) =>
        values.Zip(
            tensors,
            (value, tensor) =>
                new
                {
                    value.Name,
                    Type = tensor.Type == PteType.Int64 ? "int64" : "float32",
                    tensor.Shape,
                }
        );

    private static Dictionary<string, long> Bind(Program program, Extents extents)
    {
        string[] symbols =
        [
            .. program
                .Inputs.SelectMany(input => input.Shape.Dimensions)
                .SelectMany(dimension => dimension.Symbols)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        string[] open = [.. symbols.Where(symbol => extents.Of(symbol) is not { IsRange: false, Values: [_] })];
        return open.Length == 0
            ? symbols.ToDictionary(symbol => symbol, symbol => extents.Of(symbol)!.Most, StringComparer.Ordinal)
            : throw new ProgramException(
                $"ExecuTorch's shapes are static: the program '{program.Name}' needs one extent for each of {string.Join(", ", symbols)}; "
                    + $"not said: {string.Join(", ", open)}."
            );
    }
}
