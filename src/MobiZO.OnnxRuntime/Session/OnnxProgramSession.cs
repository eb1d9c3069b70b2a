using Microsoft.ML.OnnxRuntime;
using MobiZO.Programs;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>One lowered program in ONNX Runtime. Inputs are read in place from managed memory; outputs are copied out.</summary>
internal sealed class OnnxProgramSession(StepProgram program, InferenceSession session) : IProgramSession
{
    private readonly string[] _inputNames = [.. program.Inputs.Select(input => input.Name)];
    private readonly string[] _outputNames = [.. program.Outputs.Select(output => output.Name)];

    private readonly RunOptions _runOptions = new();

    public StepProgram Program => program;

    public IReadOnlyDictionary<string, HostTensor> Run(IReadOnlyDictionary<string, HostTensor> inputs)
    {
        program.BindSymbols(inputs);
        var values = new List<OrtValue>(_inputNames.Length);
        try
        {
            foreach (var name in _inputNames)
            {
                values.Add(ToNative(inputs[name]));
            }

            using var outputs = session.Run(_runOptions, _inputNames, values, _outputNames);
            var results = new Dictionary<string, HostTensor>(StringComparer.Ordinal);
            for (var i = 0; i < _outputNames.Length; i++)
            {
                results.Add(_outputNames[i], FromNative(outputs[i]));
            }

            return results;
        }
        catch (OnnxRuntimeException exception)
        {
            throw new ProgramException($"ONNX Runtime failed in program '{program.Name}': {exception.Message}");
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

    private static HostTensor FromNative(OrtValue value)
    {
        var shape = value.GetTensorTypeAndShape().Shape;
        return HostTensor.Of(value.GetTensorDataAsSpan<float>().ToArray(), [.. shape.Select(extent => checked((int)extent))]);
    }
}
