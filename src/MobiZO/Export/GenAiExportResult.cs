using MobiZO.Programs;

namespace MobiZO.Export;

/// <summary>What was written for ONNX Runtime GenAI.</summary>
/// <param name="Program">The program of <see cref="GenAiExport.ModelFile"/>.</param>
/// <param name="Written">The files.</param>
/// <param name="Time">How long it took.</param>
public sealed record GenAiExportResult(Program Program, IReadOnlyList<string> Written, TimeSpan Time);
