using System.Runtime.InteropServices;

namespace MobiZO.OnnxRuntime.Session;

/// <summary>
/// Keeps ONNX Runtime from collecting telemetry. Its official builds write a device id and a database of sessions and models to the home
/// folder, and send them. They ask an environment variable once, when the process first uses the engine; a later call to switch it off
/// leaves the files behind.
/// </summary>
/// <remarks>A value that the variable has already is kept: the user has decided.</remarks>
internal static partial class EngineTelemetry
{
    /// <summary>The variable that ONNX Runtime asks.</summary>
    public const string Variable = "ORT_DISABLE_TELEMETRY";

    /// <summary>Sets the variable where native code sees it. Called before every first use of the engine.</summary>
    public static void SwitchOff()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows())
        {
            // There .NET changes only its own copy of the environment.
            _ = SetNative(Variable, "1", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
