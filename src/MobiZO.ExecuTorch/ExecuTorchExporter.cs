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
/// Writes programs as <c>.pte</c> files with their weights inside: one, with a <c>.json</c> file beside it that says name, type and shape
/// of its inputs and outputs in their order, or several that share the weights.
/// </summary>
internal sealed class ExecuTorchExporter : IProgramBundler
{
    /// <summary>The name that hosts call when a file has one method.</summary>
    internal const string MethodName = "forward";

    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

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
        var bundled = new BundledProgram(MethodName, program, extents ?? Extents.Any);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var method = Write([bundled], weights, path, format, targetRuntime)[0];
        AtomicFile.Write(
            path + ".json",
            stream =>
                JsonSerializer.Serialize(
                    stream,
                    new
                    {
                        Program = program.Name,
                        TargetRuntime = TargetRuntimeOf(targetRuntime),
                        Method = method.Name,
                        method.Inputs,
                        method.Outputs,
                        method.PlannedBytes,
                    },
                    s_json
                )
        );
    }

    /// <inheritdoc/>
    public IReadOnlyList<BundledMethod> Write(
        IReadOnlyList<BundledProgram> programs,
        IWeightSource weights,
        string path,
        WeightFormat format = WeightFormat.Float32,
        string? targetRuntime = null
    )
    {
        ArgumentNullException.ThrowIfNull(programs);
        var file = new PteFile(TargetRuntime.Parse(targetRuntime));
        if (programs.CountBy(program => program.Name, StringComparer.Ordinal).FirstOrDefault(pair => pair.Value > 1).Key is { } twice)
        {
            throw new ProgramException($"Two programs of one file are named '{twice}'.");
        }

        if (format is not (WeightFormat.Float32 or WeightFormat.Int8))
        {
            throw new ProgramException($"Programs for ExecuTorch have fp32 or int8 weights, not {WeightFormats.NameOf(format)}.");
        }

        var tensors = new TensorsInFile(weights, EngineWeights.PrefixOf(weights), format == WeightFormat.Int8);
        PteMethod[] methods =
        [
            .. programs.Select(bundled =>
                PteLowering.Add(file, bundled.Name, bundled.Program, Bind(bundled.Program, bundled.Extents), tensors, bundled.Kept)
            ),
        ];
        long[] states = [];
        AtomicFile.Write(path, stream => states = PteWriter.Write(file, stream));
        return [.. programs.Zip(methods, (bundled, method) => Describe(bundled, method, states))];
    }

    /// <inheritdoc/>
    public string TargetRuntimeOf(string? version) => TargetRuntime.Parse(version).Name;

    /// <inheritdoc/>
    public bool IsProgram(string path)
    {
        Span<byte> start = stackalloc byte[8];
        using var stream = File.OpenRead(path);
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[4..].SequenceEqual("ET12"u8);
    }

    private static BundledMethod Describe(BundledProgram bundled, PteMethod method, long[] states)
    {
        var program = bundled.Program;
        var inputs = program.Inputs.Where(input => input.Name != bundled.Kept?.Input);
        var kept = method.Tensors.FirstOrDefault(tensor => tensor.Kind == PteTensorKind.State);
        return new(
            bundled.Name,
            [.. Describe(inputs, method.Inputs)],
            [.. Describe(program.Outputs, method.Outputs)],
            method.ArenaBytes,
            kept is null ? null : states[kept.Data]
        );
    }

    private static IEnumerable<BundledTensor> Describe(IEnumerable<Value> values, IReadOnlyList<PteTensor> tensors) =>
        values.Zip(
            tensors,
            (value, tensor) => new BundledTensor(value.Name, tensor.Type == PteType.Int64 ? "int64" : "float32", tensor.Shape)
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
            )
            {
                IsSetting = true,
            };
    }
}
