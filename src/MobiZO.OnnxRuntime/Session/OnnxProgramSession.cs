using Microsoft.ML.OnnxRuntime;
using MobiZO.Programs;
using MobiZO.Programs.Building;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// One lowered program in ONNX Runtime. Inputs are read in place from managed memory; outputs are copied out, or lent to a reader.
/// </summary>
internal sealed class OnnxProgramSession(Program program, InferenceSession session, int width, Extents extents) : IProgramSession
{
    private readonly string[] _inputNames = [.. program.Inputs.Select(input => input.Name)];
    private readonly string[] _outputNames = [.. program.Outputs.Select(output => output.Name)];

    private readonly RunOptions _runOptions = new();

    public Program Program => program;

    public int Width => width;

    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        var results = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
        Run(inputs, (name, shape, values) => results.Add(name, HostTensor.Of(values.ToArray(), shape)));
        return results;
    }

    public void Run(IReadOnlyDictionary<string, HostTensor> inputs, OutputReader reader)
    {
        extents.Require(program.Name, program.BindSymbols(inputs));
        var values = new List<OrtValue>(_inputNames.Length);
        try
        {
            foreach (var name in _inputNames)
            {
                values.Add(ToNative(inputs[name]));
            }

            using var outputs = FlushToZeroThread.Run(() => session.Run(_runOptions, _inputNames, values, _outputNames));
            for (var i = 0; i < _outputNames.Length; i++)
            {
                var shape = outputs[i].GetTensorTypeAndShape().Shape;
                reader(_outputNames[i], [.. shape.Select(extent => checked((int)extent))], outputs[i].GetTensorDataAsSpan<float>());
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ProgramException($"ONNX Runtime failed in program '{program.Name}': {exception.Message}", exception);
        }
        finally
        {
            foreach (var value in values)
            {
                value.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        session.Dispose();
    }

    private static OrtValue ToNative(HostTensor tensor)
    {
        long[] shape = [.. tensor.Shape.Select(extent => (long)extent)];
        return tensor.Type == ElementType.Int64
            ? OrtValue.CreateTensorValueFromMemory(tensor.Longs, shape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor.FloatMemory, shape);
    }
}
