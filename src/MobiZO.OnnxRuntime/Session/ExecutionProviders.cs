using Microsoft.ML.OnnxRuntime;
using MobiZO.Programs.Engines;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// Devices as ONNX Runtime's execution providers. The application chooses the package with the provider; here it is asked for by name.
/// </summary>
internal static class ExecutionProviders
{
    private static readonly (string Device, string Provider, string Package)[] s_known =
    [
        ("cuda", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu"),
        ("directml", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML"),
        ("coreml", "CoreMLExecutionProvider", "Microsoft.ML.OnnxRuntime (on macOS and iOS)"),
    ];

    /// <summary>The names of all devices.</summary>
    public static IEnumerable<string> Devices => [EngineSettings.Cpu, .. s_known.Select(known => known.Device)];

    /// <summary>Why programs cannot run on a device here; null when they can.</summary>
    /// <param name="device">The device.</param>
    /// <param name="available">The providers of the loaded runtime.</param>
    public static string? Complaint(string device, Func<IEnumerable<string>> available)
    {
        if (device == EngineSettings.Cpu)
        {
            return null;
        }

        if (Array.Find(s_known, known => known.Device == device) is not { Device: not null } wanted)
        {
            return $"Device: expected one of {string.Join(", ", Devices)}, found '{device}'";
        }

        var providers = available().ToArray();
        return providers.Contains(wanted.Provider, StringComparer.Ordinal)
            ? null
            : $"Device: '{device}' needs ONNX Runtime's {wanted.Provider}, and this build has {string.Join(", ", providers)}. "
                + $"Reference the package {wanted.Package} in the application, or choose {EngineSettings.Cpu}";
    }

    /// <summary>Adds the provider of a device to a session; the CPU provider stays behind it for what it does not have.</summary>
    public static void Add(SessionOptions session, string device)
    {
        switch (device)
        {
            case "cuda":
                session.AppendExecutionProvider_CUDA();
                break;
            case "directml":
                session.AppendExecutionProvider_DML();
                break;
            case "coreml":
                session.AppendExecutionProvider_CoreML();
                break;
        }
    }
}
