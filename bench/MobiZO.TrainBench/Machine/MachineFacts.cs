using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MobiZO.OnnxRuntime.Session;

namespace MobiZO.TrainBench.Machine;

/// <summary>What a measurement depends on besides the code.</summary>
internal sealed record MachineFacts
{
    public required string Processor { get; init; }

    /// <summary>Logical cores that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Width of the vectors that .NET uses, in bits.</summary>
    public required int VectorBits { get; init; }

    public required long MemoryBytes { get; init; }

    public required string OperatingSystem { get; init; }

    public required string OnnxRuntime { get; init; }

    public required string DotNet { get; init; }

    /// <summary>Version of this program, with the commit it was built from where that was known.</summary>
    public required string Version { get; init; }

    public static MachineFacts Read() =>
        new()
        {
            Processor = FindProcessor() ?? RuntimeInformation.ProcessArchitecture.ToString(),
            Cores = Environment.ProcessorCount,
            VectorBits =
                Vector512.IsHardwareAccelerated ? 512
                : Vector256.IsHardwareAccelerated ? 256
                : 128,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            OperatingSystem = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}",
            OnnxRuntime = OnnxRuntimeEngine.Version,
            DotNet = RuntimeInformation.FrameworkDescription,
            Version = typeof(MachineFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        };

    private static string? FindProcessor()
    {
        const string File = "/proc/cpuinfo";
        if (System.IO.File.Exists(File))
        {
            var line = System.IO.File.ReadLines(File).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
    }
}
