using Microsoft.ML.OnnxRuntime;
using MobiZO.Adapters;
using MobiZO.Export;
using MobiZO.Models;
using MobiZO.Programs.Assembling;
using MobiZO.TestKit;
using Xunit.Abstractions;

namespace MobiZO.Peers.Tests.OnnxRuntime;

/// <summary>
/// ONNX Runtime alone: a program that was written as ONNX, and an adapter of its own format, which it gives to the session by itself.
/// </summary>
public sealed class OnnxAdapterTests(ITestOutputHelper output) : IDisposable
{
    private const string QueriesAndValues = "llama-qv";

    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-onnx-adapter-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_converted_adapter_has_the_logits_of_peft()
    {
        var (program, file) = (Path.Combine(_folder, "prefill.onnx"), Path.Combine(_folder, "qv.onnx_adapter"));
        var adapter = AdapterFiles.Load(GoldenRows.Folder(QueriesAndValues));
        using (var model = LocalModel.Open(Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf")))
        {
            var options = new FineTuneOptions
            {
                Model = "",
                TrainData = "",
                Output = "",
                Adapter = new AdapterOptions
                {
                    Rank = adapter.Rank,
                    Alpha = adapter.Alpha,
                    TargetModules = "q_proj,v_proj",
                    Scope = AdapterScope.All,
                },
            };
            ProgramExport.Write(ProgramExport.Build(model, ProgramKind.Prefill, options), model, program);
            AdapterFiles.Save(adapter, file, AdapterFormat.OnnxAdapter, model.Checkpoint);
        }

        using var session = new InferenceSession(program);
        using var loaded = OrtLoraAdapter.Create(file, null);
        foreach (var (ids, expected) in GoldenRows.Plain(QueriesAndValues, "logits"))
        {
            var difference = GoldenRows.Distance(expected, Run(session, ids, loaded, adapter));
            output.WriteLine(FormattableString.Invariant($"differs by {difference:g3}"));
            Assert.True(difference <= 1e-4, $"logits differ by {difference:g3}");

            // Without the adapter, as if it were zero, they are far away.
            Assert.True(GoldenRows.Distance(expected, Run(session, ids, null, adapter)) > 0.5);
        }
    }

    private static float[] Run(InferenceSession session, int[] ids, OrtLoraAdapter? loaded, LoraAdapter adapter)
    {
        var values = new Dictionary<string, OrtValue>(StringComparer.Ordinal);
        long[] places = [.. Enumerable.Range(0, ids.Length).Select(i => (long)i)];
        values[ProgramNames.InputIds] = OrtValue.CreateTensorValueFromMemory<long>([.. ids.Select(id => (long)id)], [1, ids.Length]);
        values[ProgramNames.Positions] = OrtValue.CreateTensorValueFromMemory(places, [1, ids.Length]);
        values[ProgramNames.AnswerRows] = OrtValue.CreateTensorValueFromMemory(places, [ids.Length]);
        using var options = new RunOptions();
        if (loaded is not null)
        {
            options.AddActiveLoraAdapter(loaded);
        }
        else
        {
            var (a, b) = (new float[adapter.Modules.Sum(module => module.A.Length)], new float[adapter.Layout.Total]);
            values[ProgramNames.AdapterA] = OrtValue.CreateTensorValueFromMemory(a, [a.Length]);
            values[ProgramNames.AdapterB] = OrtValue.CreateTensorValueFromMemory(b, [b.Length]);
        }

        try
        {
            using var results = session.Run(options, [.. values.Keys], [.. values.Values], [ProgramNames.Logits]);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }
}
