using MobiZO.Programs.Engines;

namespace MobiZO.Export;

/// <summary>What was written for an app.</summary>
/// <param name="Methods">The methods of the program file.</param>
/// <param name="Buckets">The lengths that rows are padded to.</param>
/// <param name="Written">Files and folders.</param>
/// <param name="Time">How long it took.</param>
public sealed record AppExportResult(
    IReadOnlyList<BundledMethod> Methods,
    IReadOnlyList<int> Buckets,
    IReadOnlyList<string> Written,
    TimeSpan Time
);
