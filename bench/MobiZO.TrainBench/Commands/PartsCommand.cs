using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MobiZO.TrainBench.Parts;

namespace MobiZO.TrainBench.Commands;

/// <summary>Micro-benchmarks of the host's parts of a step.</summary>
internal static class PartsCommand
{
    public static Command Create()
    {
        var model = CommonOptions.Model();
        var filter = CommonOptions.Text("--filter", "Which benchmarks, e.g. *Noise*.", "*");
        var full = new Option<bool>("--full") { Description = "A job of BenchmarkDotNet's default length instead of a short one." };
        var folder = CommonOptions.Text("--output", "Folder for BenchmarkDotNet's reports.", "BenchmarkDotNet.Artifacts");
        var command = new Command("parts", "Micro-benchmarks: noise, update, tokenizer, prompts (BenchmarkDotNet).")
        {
            model,
            filter,
            full,
            folder,
        };
        command.SetAction(result =>
        {
            PartsModel.Path = Path.GetFullPath(result.GetValue(model)!);
            var job = (result.GetValue(full) ? Job.Default : Job.ShortRun).WithToolchain(InProcessEmitToolchain.Instance);
            var config = ManualConfig
                .CreateEmpty()
                .AddJob(job)
                .AddLogger(ConsoleLogger.Default)
                .AddColumnProvider(DefaultColumnProviders.Instance)
                .AddDiagnoser(MemoryDiagnoser.Default)
                .AddExporter(BenchmarkDotNet.Exporters.MarkdownExporter.GitHub, JsonExporter.Full)
                .WithArtifactsPath(Path.GetFullPath(result.GetValue(folder)!));
            var summaries = BenchmarkSwitcher
                .FromTypes([typeof(StateBenchmarks), typeof(TokenizerBenchmarks), typeof(PromptBenchmarks)])
                .Run(["--filter", result.GetValue(filter)!], config);
            return summaries.Any() && summaries.All(summary => summary.Reports.Length > 0 && summary.Reports.All(report => report.Success))
                ? 0
                : 1;
        });
        return command;
    }
}
