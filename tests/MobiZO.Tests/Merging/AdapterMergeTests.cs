using System.Text.Json;
using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Gguf;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Merging;
using MobiZO.Programs.Assembling;
using MobiZO.Programs.Engines;
using MobiZO.Programs.Reference;
using MobiZO.TestKit;
using MobiZO.TestKit.Tiny;

namespace MobiZO.Tests.Merging;

/// <summary>Merged checkpoints against peft's own merge (<c>logits_merged</c> of the adapters' folders), and file by file.</summary>
public sealed class AdapterMergeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mobizo-merge-").FullName;

    private string Output => Path.Combine(_folder, "merged");

    private string GgufOutput => Path.Combine(_folder, "merged.gguf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("llama-qv", "llama-gqa")]
    [InlineData("qwen2-all-linear", "qwen2")]
    [InlineData("gpt2-conv1d", "gpt2")]
    public void A_merged_folder_has_the_logits_of_peft(string adapter, string model)
    {
        using (var checkpoint = Checkpoint.Open(ModelFolder(model)))
        {
            var result = AdapterMerge.Write(checkpoint, LoadAdapter(adapter), Output);
            Assert.Equal(["F32"], result.Types);
            Assert.Contains("config.json", result.Copied);
        }

        CheckLogits(Output, adapter, 1e-4);
        CheckOtherTensors(ModelFolder(model), adapter);
    }

    [Fact]
    public void A_merged_gguf_has_the_logits_of_peft_and_all_metadata()
    {
        var path = Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf");
        using (var checkpoint = Checkpoint.Open(path))
        {
            Assert.Equal(["F32"], AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), GgufOutput).Types);
        }

        CheckLogits(GgufOutput, "llama-qv", 1e-4);
        using var before = GgufFile.Open(path);
        using var after = GgufFile.Open(GgufOutput);
        Assert.Equal(before.Pairs.Keys, after.Pairs.Keys);
        Assert.Equal(before.Tensors.Keys, after.Tensors.Keys);
        Assert.Equal(before.Pairs.Values, after.Pairs.Values);
        using var opened = Checkpoint.Open(GgufOutput);
        using var original = Checkpoint.Open(path);
        Assert.Equal(original.GgufTokenizer!.Tokens, opened.GgufTokenizer!.Tokens);
    }

    /// <summary>A folder becomes a file of another format and has the same logits.</summary>
    [Fact]
    public void A_folder_that_is_merged_into_a_gguf_has_the_logits_of_peft()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(ModelFolder("llama-gqa"), file), Path.Combine(folder, file));
        }

        TinyTokenizer.Write(Path.Combine(folder, "tokenizer.json"));
        using (var checkpoint = Checkpoint.Open(folder))
        {
            Assert.Equal(["F32"], GgufConversion.Write(checkpoint, LoadAdapter("llama-qv"), GgufOutput).Types);
        }

        CheckLogits(GgufOutput, "llama-qv", 1e-4);
    }

    /// <summary>The types move the logits by their rounding: F16 by little, Q8_0 by more, and never as much as a lost adapter.</summary>
    [Theory]
    [InlineData(MergedType.F16, "F16", 0.02)]
    [InlineData(MergedType.Q8_0, "Q8_0", 0.3)]
    [InlineData(MergedType.Q4_K, "Q8_0", 0.3)] // rows of 64 are no whole super-blocks
    [InlineData(MergedType.F32, "F32", 1e-4)]
    public void The_changed_matrices_take_the_type_that_is_asked_for(MergedType type, string name, double tolerance)
    {
        using (var checkpoint = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf")))
        {
            Assert.Equal([name], AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), GgufOutput, type).Types);
        }

        CheckLogits(GgufOutput, "llama-qv", tolerance);
        using var file = GgufFile.Open(GgufOutput);
        Assert.Equal(name, file.Tensors["blk.0.attn_q.weight"].Type.ToString());
        Assert.Equal("F32", file.Tensors["blk.0.attn_k.weight"].Type.ToString());
    }

    [Theory]
    [InlineData("llama-gqa-q80", "Q8_0")]
    [InlineData("llama-gqa-mixed", null)]
    public void Quantised_matrices_stay_blocks(string name, string? type)
    {
        using var checkpoint = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", name, "model.gguf"));
        var result = AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), GgufOutput);
        Assert.All(result.Types, found => Assert.True(type is null ? found is "Q8_0" or "F16" or "F32" : found == type, found));
        using var opened = Checkpoint.Open(GgufOutput);
        Assert.Equal(checkpoint.Tensors.Keys, opened.Tensors.Keys);
    }

    [Theory]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void A_folder_keeps_the_types_of_its_tensors(string type)
    {
        var folder = Path.Combine(_folder, "model");
        WriteAs(ModelFolder("llama-gqa"), folder, type);
        using (var checkpoint = Checkpoint.Open(folder))
        {
            Assert.Equal([type], AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), Output).Types);
        }

        using var before = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        using var after = SafetensorsFile.Open(Path.Combine(Output, "model.safetensors"));
        const string name = "model.layers.0.self_attn.q_proj.weight";
        var module = LoadAdapter("llama-qv").Modules[0];
        var (old, merged) = (before.ReadFloat32(name), after.ReadFloat32(name));
        for (var i = 0; i < old.Length; i++)
        {
            var (row, column) = (i / module.InputSize, i % module.InputSize);
            var exact = old[i] + (2 * Enumerable.Range(0, 4).Sum(k => (double)module.B[(row * 4) + k] * module.A[(k * 64) + column]));

            // Half a unit in the last place of 11 or 8 significant bits.
            Assert.Equal(exact, merged[i], Math.Max(1e-7, Math.Abs(exact) * (type == "F16" ? 1.0 / 2048 : 1.0 / 256) * 1.001));
        }
    }

    [Fact]
    public void Shards_stay_shards()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "model")).FullName;
        File.Copy(Path.Combine(ModelFolder("llama-gqa"), "config.json"), Path.Combine(folder, "config.json"));
        string[] shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        using (var source = SafetensorsFile.Open(Path.Combine(ModelFolder("llama-gqa"), "model.safetensors")))
        {
            var tensors = source.Tensors.Values.Select(tensor =>
                (tensor.Name, (int[])[.. tensor.Shape.Select(dimension => (int)dimension)], source.ReadFloat32(tensor.Name))
            );
            var halves = tensors.Chunk((source.Tensors.Count + 1) / 2).ToArray();
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (shard, half) in shards.Zip(halves))
            {
                SafetensorsWriter.Write(Path.Combine(folder, shard), half);
                half.ToList().ForEach(tensor => map.Add(tensor.Name, shard));
            }

            File.WriteAllText(Path.Combine(folder, "model.safetensors.index.json"), JsonSerializer.Serialize(new { weight_map = map }));
            File.WriteAllText(Path.Combine(folder, "model.onnx"), "");
        }

        using (var checkpoint = Checkpoint.Open(folder))
        {
            var result = AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), Output);
            Assert.Equal(["config.json", "model.safetensors.index.json"], result.Copied);
            Assert.Equal(["model.onnx"], result.LeftOut);
        }

        Assert.Equal(
            ["config.json", shards[0], shards[1], "model.safetensors.index.json"],
            Directory.GetFiles(Output).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        CheckLogits(Output, "llama-qv", 1e-4);
    }

    /// <summary>Half a file is worse than none: nothing is left.</summary>
    [Fact]
    public void A_value_that_the_type_cannot_hold_is_refused_by_its_tensor()
    {
        var adapter = LoadAdapter("llama-qv");
        adapter = adapter.WithState([.. adapter.ToState().Select(value => value * 1e6f)]);
        using (var checkpoint = Checkpoint.Open(Shared.PathOf("fixtures", "gguf", "llama-gqa-f32", "model.gguf")))
        {
            var error = Assert.Throws<CheckpointException>(() => AdapterMerge.Write(checkpoint, adapter, GgufOutput, MergedType.F16));
            Assert.Contains("blk.0.attn_q.weight", error.Message, StringComparison.Ordinal);
        }

        var folder = Path.Combine(_folder, "model");
        WriteAs(ModelFolder("llama-gqa"), folder, "F16");
        using (var checkpoint = Checkpoint.Open(folder))
        {
            var error = Assert.Throws<CheckpointException>(() => AdapterMerge.Write(checkpoint, adapter, Output));
            Assert.Contains("q_proj.weight", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["model"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void An_activated_adapter_is_refused()
    {
        using var checkpoint = Checkpoint.Open(ModelFolder("llama-gqa"));
        var error = Assert.Throws<FineTuneException>(() => AdapterMerge.Write(checkpoint, LoadAdapter("llama-alora"), Output));
        Assert.Contains("activated", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_nothing_is_replaced()
    {
        using var checkpoint = Checkpoint.Open(ModelFolder("llama-gqa"));
        Assert.Throws<FineTuneException>(() => AdapterMerge.Write(checkpoint, LoadAdapter("gpt2-conv1d"), Output));
        Assert.Throws<FineTuneException>(() => AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), Output, MergedType.F16));
        Directory.CreateDirectory(Output);
        File.WriteAllText(Path.Combine(Output, "notes.txt"), "mine");
        foreach (var place in new[] { Output, checkpoint.Path, Path.Combine(checkpoint.Path, "inner") })
        {
            var error = Assert.Throws<FineTuneException>(() => AdapterMerge.Write(checkpoint, LoadAdapter("llama-qv"), place));
            Assert.Equal(FineTuneFailure.Output, error.Failure);
        }

        Assert.Equal(["notes.txt"], Directory.GetFiles(Output).Select(Path.GetFileName));
    }

    private static string ModelFolder(string name) => Shared.PathOf("fixtures", "models", name);

    private static LoraAdapter LoadAdapter(string name) => AdapterFiles.Load(Shared.PathOf("fixtures", "peft", name));

    private static void CheckLogits(string model, string adapter, double tolerance)
    {
        using var checkpoint = Checkpoint.Open(model);
        using var engine = new ReferenceEngine<float>();
        using var session = engine.Load(new ProgramAssembler(checkpoint.Description).Generate(null, PrefixKind.Tokens), checkpoint);
        using var golden = SafetensorsFile.Open(Path.Combine(Shared.PathOf("fixtures", "peft", adapter), "golden.safetensors"));
        var (rows, tokens) = ((int)golden.Tensors["input_ids"].Shape[0], (int)golden.Tensors["input_ids"].Shape[1]);
        var (ids, lengths, expected) = (golden.ReadInt64("input_ids"), golden.ReadInt64("lengths"), golden.ReadFloat32("logits_merged"));
        var vocabulary = checkpoint.Config.VocabularySize;
        var worst = 0.0;
        for (var row = 0; row < rows; row++)
        {
            var count = (int)lengths[row];
            var found = session
                .Run(
                    new Dictionary<string, HostTensor>(StringComparer.Ordinal)
                    {
                        [ProgramNames.InputIds] = HostTensor.Of([.. ids.Skip(row * tokens).Take(count)], 1, count),
                        [ProgramNames.Positions] = HostTensor.Of([.. Enumerable.Range(0, count).Select(i => (long)i)], 1, count),
                        [ProgramNames.AnswerRows] = HostTensor.Of([.. Enumerable.Range(0, count).Select(i => (long)i)], count),
                    }
                )[ProgramNames.Logits]
                .Floats;
            for (var i = 0; i < found.Length; i++)
            {
                worst = Math.Max(worst, Math.Abs(found[i] - expected[(row * tokens * vocabulary) + i]));
            }
        }

        Assert.True(worst <= tolerance, $"{adapter}: logits differ by {worst:g3} from peft's merge, tolerance {tolerance:g3}");
    }

    /// <summary>What the adapter does not change is copied bit by bit.</summary>
    private void CheckOtherTensors(string model, string adapter)
    {
        var changed = LoadAdapter(adapter).Modules.Select(module => module.Name + ".weight").ToHashSet(StringComparer.Ordinal);
        using var before = SafetensorsFile.Open(Path.Combine(model, "model.safetensors"));
        using var after = SafetensorsFile.Open(Path.Combine(Output, "model.safetensors"));
        Assert.Equal(before.Tensors.Keys, after.Tensors.Keys);
        foreach (var name in before.Tensors.Keys)
        {
            Assert.Equal(!changed.Contains(name), before.ReadFloat32(name).AsSpan().SequenceEqual(after.ReadFloat32(name)));
        }
    }

    /// <summary>The same model with tensors of 16 bits: the upper half of each value, or rounded to half precision.</summary>
    private static void WriteAs(string from, string to, string type)
    {
        Directory.CreateDirectory(to);
        File.Copy(Path.Combine(from, "config.json"), Path.Combine(to, "config.json"));
        using var source = SafetensorsFile.Open(Path.Combine(from, "model.safetensors"));
        var (header, data) = (new SortedDictionary<string, object>(StringComparer.Ordinal), new MemoryStream());
        foreach (var (name, tensor) in source.Tensors)
        {
            var start = data.Length;
            foreach (var value in source.ReadFloat32(name))
            {
                data.Write(
                    type == "F16"
                        ? BitConverter.GetBytes((Half)value)
                        : BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))
                );
            }

            header.Add(
                name,
                new
                {
                    dtype = type,
                    shape = tensor.Shape,
                    data_offsets = new[] { start, data.Length },
                }
            );
        }

        var text = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(Path.Combine(to, "model.safetensors"));
        file.Write(BitConverter.GetBytes((long)text.Length));
        file.Write(text);
        data.WriteTo(file);
    }
}
