using MobiZO.Adapters;
using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Safetensors;
using MobiZO.Data;
using MobiZO.Evaluation;
using MobiZO.Journal;
using MobiZO.Models;
using MobiZO.Runs;
using MobiZO.TestKit;
using MobiZO.Text.ChatTemplates;
using MobiZO.Text.Tokenizers;
using Encoding = System.Text.Encoding;

namespace MobiZO.Fuzz.Tests;

/// <summary>Every reader of files that come from outside.</summary>
internal static class FuzzTargets
{
    private static readonly string[] s_tokenizers =
    [
        "synthetic/bytelevel-gpt2-trim-offsets",
        "synthetic/bpe-bytefallback-metaspace-first",
        "synthetic/bytelevel-deepseek-style",
        "synthetic/added-tokens-combinations",
    ];

    // Families whose configs differ in kind, and the golden folder of each; anything else is a llama.
    private static readonly (string ModelType, string Folder)[] s_families =
    [
        ("gpt2", "gpt2"),
        ("qwen2", "qwen2"),
        ("gemma3_text", "gemma3-text"),
        ("smollm3", "smollm3"),
    ];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("safetensors", [Fixture("peft/llama-qv/adapter_model.safetensors")], FuzzTarget.BinaryTokens, ReadSafetensors),
        new(
            "gguf",
            [
                Fixture("gguf/llama-gqa-q80/model.gguf"),
                Fixture("gguf/gemma3-text-q80/model.gguf"),
                Fixture("gguf/llama-gqa-mixed/model.gguf"),
            ],
            FuzzTarget.BinaryTokens,
            ReadGguf
        ),
        new(
            "tokenizer.json",
            [.. s_tokenizers.Select(name => Fixture($"tokenizers/{name}.tokenizer.json"))],
            FuzzTarget.JsonTokens,
            ReadTokenizer
        ),
        new(
            "chat template",
            [
                .. Directory
                    .GetFiles(Shared.PathOf("fixtures", "chat", "templates"), "*.jinja")
                    .Order(StringComparer.Ordinal)
                    .Select(File.ReadAllBytes),
            ],
            TemplateTokens,
            RenderTemplate
        ),
        new("gguf adapter", [GgufAdapter()], FuzzTarget.BinaryTokens, ReadGgufAdapter),
        new("adapter_config.json", [Fixture("peft/llama-qv/adapter_config.json")], FuzzTarget.JsonTokens, ReadAdapterConfig),
        new(
            "config.json",
            [Fixture("models/llama-gqa/config.json"), .. s_families.Select(family => Fixture($"models/{family.Folder}/config.json"))],
            FuzzTarget.JsonTokens,
            ReadModelConfig
        ),
        new("journal", [Encoding.UTF8.GetBytes(SampleRun.Journal)], FuzzTarget.JsonTokens, ReadJournal),
        new("run folder", [Encoding.UTF8.GetBytes(SampleRun.Config)], FuzzTarget.JsonTokens, ReadRunFolder),
        new(
            "jsonl rows",
            FuzzTarget.Bytes(SampleRows.JsonLines),
            FuzzTarget.JsonTokens,
            (folder, bytes) => ReadRows(folder, "rows.jsonl", bytes)
        ),
        new("csv rows", FuzzTarget.Bytes(SampleRows.Csv), SampleRows.Tokens, (folder, bytes) => ReadRows(folder, "rows.csv", bytes)),
        new("tsv rows", FuzzTarget.Bytes(SampleRows.Tsv), SampleRows.Tokens, (folder, bytes) => ReadRows(folder, "rows.tsv", bytes)),
        new(
            "parquet rows",
            [Fixture("parquet/arrow.parquet"), Fixture("parquet/duckdb.parquet")],
            FuzzTarget.BinaryTokens,
            (folder, bytes) => ReadRows(folder, "rows.parquet", bytes)
        ),
    ];

    private static IReadOnlyList<byte[]> TemplateTokens =>
        [
            .. FuzzTarget.Bytes(
                "{{",
                "}}",
                "{%",
                "%}",
                "{#",
                "{% for x in range(10**9) %}{% endfor %}",
                "{{ 'a' * 10**9 }}",
                "{{ messages|tojson }}",
                "{{ x.y.z }}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "|join('",
                "[::0]",
                "\"%999999999d\"|format(1)",
                new string('(', 500)
            ),
            .. FuzzTarget.JsonTokens,
        ];

    public static FuzzTarget Find(string name) => All.Single(target => target.Name == name);

    private static byte[] Fixture(string path) => File.ReadAllBytes(Shared.PathOf(["fixtures", .. path.Split('/')]));

    private static void ReadSafetensors(string folder, byte[] bytes)
    {
        using var file = SafetensorsFile.Open(Write(folder, "a.safetensors", bytes));
        foreach (var name in file.Tensors.Keys)
        {
            file.ReadFloat32(name);
        }
    }

    private static void ReadGguf(string folder, byte[] bytes)
    {
        using var model = LocalModel.Open(
            Write(folder, "model.gguf", bytes),
            new EngineOptions { Name = EngineCatalog.Reference, CacheFolder = Path.Combine(folder, "cache") }
        );
        ReadWeights(model.Checkpoint);
        model.Tokenizer.Encode("Some text, and 12 more.", addSpecialTokens: true);
    }

    private static void ReadModelConfig(string folder, byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var kind = s_families
            .Where(family => text.Contains(family.ModelType, StringComparison.Ordinal))
            .Select(family => family.Folder)
            .FirstOrDefault("llama-gqa");
        var model = Path.Combine(folder, kind);
        if (!Directory.Exists(model))
        {
            Directory.CreateDirectory(model);
            File.Copy(Shared.PathOf("fixtures", "models", kind, "model.safetensors"), Path.Combine(model, "model.safetensors"));
        }

        File.WriteAllBytes(Path.Combine(model, "config.json"), bytes);
        using var checkpoint = Checkpoint.Open(model);
        ReadWeights(checkpoint);
    }

    private static void ReadWeights(Checkpoint checkpoint)
    {
        var values = new float[16];
        foreach (var name in checkpoint.Names)
        {
            var count = checkpoint.FindShape(name)!.Aggregate(1L, (product, size) => product * size);
            checkpoint.Read(name, 0, values.AsSpan(0, (int)Math.Min(values.Length, count)));
        }
    }

    private static void ReadTokenizer(string folder, byte[] bytes)
    {
        var tokenizer = Tokenizer.FromFile(Write(folder, "tokenizer.json", bytes));
        var encoding = tokenizer.Encode("Some text, and 12 more <|x|> é\u0301 \U0001F600\n", addSpecialTokens: true);
        tokenizer.Decode([.. encoding.Ids], skipSpecialTokens: false);
    }

    private static void RenderTemplate(string folder, byte[] bytes)
    {
        var template = ChatTemplate.Parse(Encoding.UTF8.GetString(bytes));
        ChatMessage[] messages = [new("user", "Hi!"), new("assistant", "Hello."), new("user", "Bye.")];
        template.Render(
            messages,
            ChatTemplateOptions.Default with
            {
                AddGenerationPrompt = true,
                CurrentTime = new DateTime(2025, 11, 26, 7, 8, 9, DateTimeKind.Utc),
                SpecialTokens = new Dictionary<string, string> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" },
            }
        );
    }

    private static byte[] GgufAdapter()
    {
        var folder = Directory.CreateTempSubdirectory("mobizo-fuzz-adapter-").FullName;
        try
        {
            var path = Path.Combine(folder, "adapter.gguf");
            using var model = OpenAdaptedModel();
            var adapter = AdapterFiles.Load(Shared.PathOf("fixtures", "peft", "llama-alora"));
            AdapterFiles.Save(adapter with { Base = BaseIdentity.Of(model, folder) }, path, AdapterFormat.Gguf, model);
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Checkpoint OpenAdaptedModel() => Checkpoint.Open(Shared.PathOf("fixtures", "models", "llama-gqa"));

    private static void ReadGgufAdapter(string folder, byte[] bytes)
    {
        using var model = OpenAdaptedModel();
        AdapterFiles.Load(Write(folder, "adapter.gguf", bytes), model, ignoreBaseMismatch: true);
    }

    private static void ReadAdapterConfig(string folder, byte[] bytes)
    {
        var weights = Path.Combine(folder, "adapter_model.safetensors");
        if (!File.Exists(weights))
        {
            File.Copy(Shared.PathOf("fixtures", "peft", "llama-qv", "adapter_model.safetensors"), weights);
        }

        Write(folder, "adapter_config.json", bytes);
        AdapterFiles.Load(folder);
    }

    private static void ReadJournal(string folder, byte[] bytes) =>
        JournalReplay.Run(RunJournal.Read(Write(folder, "journal.jsonl", bytes)));

    private static void ReadRunFolder(string folder, byte[] bytes)
    {
        Write(folder, "config.json", bytes);
        var options = EvaluationOptions.FromRun(new RunFolder(folder)) with { DataFile = "rows.jsonl" };
        if (options.Validate() is { Count: > 0 } errors)
        {
            throw new FineTuneException(string.Join("; ", errors), FineTuneFailure.Settings);
        }
    }

    private static void ReadRows(string folder, string name, byte[] bytes) => DataFile.Read(Write(folder, name, bytes), new DataOptions());

    private static string Write(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
