using System.Text.Json;
using MobiZO.Runs;

namespace MobiZO.Reporting;

/// <summary>The JSON form of reports, the same as in the files of a run: snake_case names, indented, absent values left out.</summary>
public static class ReportJson
{
    /// <summary>One JSON document.</summary>
    public static string Write<T>(T value) => JsonSerializer.Serialize(value, RunFolder.Json);
}
